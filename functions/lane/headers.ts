/** The first value of a header among those of a document; undefined: it is not there. `wanted` is in small letters. */
export const headerIn = (headers: readonly (readonly string[])[], wanted: string): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
