/** Why a request failed: `fetch` says only that it did; why, stands in its cause. */
export const causeOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || message : message
