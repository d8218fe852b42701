/** A command line that cannot be used: one sentence. */
export class OptionError extends Error {
  override name = 'OptionError'
}

export const wrong = (text: string, wanted: string): OptionError => new OptionError(`"${text}" is not ${wanted}`)

export const any = (text: string): string => text

/** Nothing, or what `read` reads. */
export const optional =
  <Value>(read: (text: string) => Value) =>
  (text: string): Value | undefined =>
    text === '' ? undefined : read(text)

export const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

export const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (!Number.isInteger(value) || value < least || value > most) throw wrong(text, `a whole number from ${least} to ${most}`)
    return value
  }

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

export const size =
  (least: number, most: number) =>
  (text: string): number => {
    const found = /^(\d+)\s*([kmg]?)i?b?$/i.exec(text)
    const value = found ? Number(found[1]) * UNITS[found[2].toLowerCase()] : Number.NaN
    if (!(value >= least && value <= most)) throw wrong(text, `a size from ${sizeText(least)} to ${sizeText(most)}, such as 64MB`)
    return value
  }

const sizeText = (bytes: number): string => {
  for (const [unit, factor] of [['GB', 2 ** 30] as const, ['MB', 2 ** 20] as const, ['KB', 2 ** 10] as const])
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  return String(bytes)
}

/** Answers milliseconds. A number alone counts in `unit`. */
export const duration =
  (unit: 'ms' | 's', least: number, most: number) =>
  (text: string): number => {
    const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
    const value = found
      ? Number(found[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(found[2] ?? unit) as 'ms' | 's' | 'm' | 'h']
      : Number.NaN
    if (!(value >= least && value <= most)) throw wrong(text, `a time from ${least} ms to ${most / 1000} s, such as 500ms or 20s`)
    return Math.round(value)
  }

export const choice =
  <Choice extends string>(...choices: Choice[]) =>
  (text: string): Choice => {
    if (!choices.includes(text as Choice)) throw wrong(text, `one of ${choices.join(', ')}`)
    return text as Choice
  }

export const url = (text: string): string => {
  if (text === '') return text
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw wrong(text, 'a URL such as https://spider.example:8080')
  return text
}

/** A host, name or address (IPv6 in brackets), and its port; also as a URL, whose scheme then tells a port that is left out. */
export const endpoint = (text: string): { host: string; port: number } => {
  const address = text.includes('://') ? text : `tcp://${text}`
  const parsed = URL.canParse(address) ? new URL(address) : undefined
  const port = Number(parsed?.port) || (PORTS[parsed?.protocol ?? ''] ?? 0)
  if (!parsed?.hostname || port === 0) throw wrong(text, 'a server such as redis.example:6379')
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port }
}

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'redis:': 6379, 'rediss:': 6379 }

export const agentName = (text: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(text)) throw wrong(text, 'a name of letters, digits, ".", "_" and "-", 63 at most')
  return text
}
