/** Values that identify one thing among many: numbers, UUIDs, hashes, long words with digits in them. */
const IDS = [/^\d+$/, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i, /^(?=.*\d)[0-9a-f]{8,}$/i, /^(?=(?:.*\d){3})[\w~-]{16,}$/]

/** A path whose ids are folded, so that calls for one thing and another are calls of one endpoint: `/items/{id}`. */
export const foldIds = (path: string): string =>
  path
    .split('/')
    .map((segment) => (IDS.some((id) => id.test(segment)) ? '{id}' : segment))
    .join('/')
