/** Rows chosen in a list: their keys in the order in which they were chosen, and where a stretch begins. */
export interface Chosen {
  keys: readonly string[]
  anchor: string | undefined
}

export const NONE: Chosen = { keys: [], anchor: undefined }

/** With a row, or without it. */
export const toggle = ({ keys }: Chosen, key: string): Chosen => ({
  keys: keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key],
  anchor: key,
})

/** With all rows from the anchor to `key`; `rows` are the keys of the list in its order. */
export function stretch({ keys, anchor }: Chosen, key: string, rows: readonly string[], from = anchor): Chosen {
  const [start, end] = [rows.indexOf(from ?? key), rows.indexOf(key)]
  if (end < 0) return { keys, anchor }
  if (start < 0) return { keys: [...new Set([...keys, key])], anchor: key }
  const between = rows.slice(Math.min(start, end), Math.max(start, end) + 1)
  return { keys: [...new Set([...keys, ...between])], anchor: rows[start] }
}
