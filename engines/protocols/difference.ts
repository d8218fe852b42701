const SAME = Symbol('same')

/**
 * What of an object of plain data is other than in `like`, which is of the same kind: of objects, and of arrays of one length, an object of
 * the members that differ; of all else the value itself. Undefined: nothing. What is absent counts as undefined. Shares with `value`.
 */
export const differenceOf = (value: object, like: object): unknown => {
  const difference = compare(value, like)
  return difference === SAME ? undefined : difference
}

const compare = (value: unknown, like: unknown): unknown => {
  if (Object.is(value, like)) return SAME
  if (value instanceof Uint8Array) return like instanceof Uint8Array && sameBytes(value, like) ? SAME : value
  if (!isRecord(value) || !isRecord(like)) return value
  if (Array.isArray(value) !== Array.isArray(like) || (Array.isArray(value) && value.length !== like.length)) return value
  let found: Record<string, unknown> | undefined
  const keys = Object.keys(value)
  // Looking whether a name is there costs as much as all else.
  let others = Object.keys(like).length !== keys.length
  for (const key of keys) {
    const before = like[key]
    if (before === undefined && !(key in like)) others = true
    const difference = compare(value[key], before)
    if (difference === SAME) continue
    found ??= {}
    found[key] = difference
  }
  for (const key of others ? Object.keys(like) : []) {
    if (key in value || like[key] === undefined) continue
    found ??= {}
    found[key] = undefined
  }
  return found ?? SAME
}

/** What a difference was made of, from that and from what it was like. Shares with both. */
export const restored = (difference: unknown, like: object): unknown => (difference === undefined ? like : merged(difference, like))

const merged = (difference: unknown, like: unknown): unknown => {
  if (!isRecord(difference) || Array.isArray(difference) || !isRecord(like)) return difference
  const whole = (Array.isArray(like) ? [...like] : { ...like }) as Record<string, unknown>
  for (const key in difference) whole[key] = merged(difference[key], like[key])
  return whole
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array)

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at])
