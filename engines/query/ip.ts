/** Addresses of one family as fixed-width hex behind `4` or `6`: their order as text is their order as numbers. */
export type IpKey = string

const DECIMAL = /^(0|[1-9]\d{0,2})$/
const HEXTET = /^[0-9a-f]{1,4}$/i

/** Key of an IPv4 address in dotted form or an IPv6 address in hex form (RFC 4291, 2.2, forms 1 and 2); undefined when it is neither. */
export function ipKey(text: string): IpKey | undefined {
  return text.includes(':') ? ipv6Key(text) : ipv4Key(text)
}

/** First and last key of `address` or `address/prefix`; undefined when it is not one. */
export function ipRange(text: string): { first: IpKey; last: IpKey } | undefined {
  const slash = text.indexOf('/')
  const key = ipKey(slash < 0 ? text : text.slice(0, slash))
  if (key === undefined) return undefined
  const width = (key.length - 1) * 4
  const length = slash < 0 ? String(width) : text.slice(slash + 1)
  if (!DECIMAL.test(length) || Number(length) > width) return undefined
  const bits = Number(length)
  const whole = 1 + (bits >> 2)
  if (whole === key.length) return { first: key, last: key }
  const rest = 0xf >> (bits & 3)
  const nibble = Number.parseInt(key[whole], 16)
  const tail = key.length - whole - 1
  return {
    first: key.slice(0, whole) + (nibble & ~rest).toString(16) + '0'.repeat(tail),
    last: key.slice(0, whole) + (nibble | rest).toString(16) + 'f'.repeat(tail),
  }
}

/** The address as documents write it: dotted, or as RFC 5952 recommends. A prefix stays. Undefined when it is not one. */
export function canonicalIp(text: string): string | undefined {
  if (ipRange(text) === undefined) return undefined
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const key = ipKey(address)!
  return (key[0] === '4' ? address : formatIpv6(key)) + (slash < 0 ? '' : text.slice(slash))
}

function ipv4Key(text: string): IpKey | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => DECIMAL.test(part) && Number(part) < 256)) return undefined
  return `4${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`
}

function ipv6Key(text: string): IpKey | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const zeros = 8 - left.length - (right?.length ?? 0)
  if (right === undefined ? zeros !== 0 : zeros < 1) return undefined
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...(right ?? [])]
  if (!groups.every((group) => HEXTET.test(group))) return undefined
  return `6${groups.map((group) => group.toLowerCase().padStart(4, '0')).join('')}`
}

function formatIpv6(key: IpKey): string {
  const groups = key
    .slice(1)
    .match(/.{4}/g)!
    .map((group) => group.replace(/^0{1,3}/, ''))
  let best = { at: 0, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (groups[at + length] === '0') length++
    if (length > best.length) best = { at, length }
  }
  if (best.length === 1) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}
