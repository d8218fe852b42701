/** An IPv4 address in a 32-bit integer as dotted decimal. */
export const ipv4Text = (address: number): string => `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

/** The third word of an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2): how the engines hold IPv4 in four words. */
export const MAPPED = 0xffff

/** Four 32-bit words as the shortest text (RFC 5952); dotted decimal when they are an IPv4 address. */
export const ipText = (a: number, b: number, c: number, d: number): string => {
  if (a === 0 && b === 0 && c === MAPPED) return ipv4Text(d)
  const groups = [a, b, c, d].flatMap((word) => [word >>> 16, word & 0xffff])
  const { start, length } = longestZeros(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

const longestZeros = (groups: number[]): { start: number; length: number } => {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (end < groups.length && groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  return best
}

/** The inverse of `ipText`, for whoever builds packets: four words, or a RangeError for what is no address. */
export const parseIp = (text: string): [number, number, number, number] => {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (v4) return [0, 0, MAPPED, v4.slice(1).reduce((sum, part) => (sum << 8) | Number(part), 0)]
  const [head, tail, more] = text.split('::').map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  const groups = tail ? [...head, ...new Array(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail] : head
  if (more || groups.length !== 8 || groups.some((group) => !(group >= 0 && group <= 0xffff)))
    throw new RangeError(`${text} is not an IP address`)
  return [0, 2, 4, 6].map((i) => (groups[i] << 16) | groups[i + 1]) as [number, number, number, number]
}
