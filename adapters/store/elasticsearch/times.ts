/** The last time that Elasticsearch keeps in ns, whole ms. */
export const LAST_TIME = 9_223_372_036_854

/** ms since 1970 with a fraction as ISO 8601 with µs, as far as Elasticsearch's times go. */
export function isoOf(ms: number): string {
  const micros = Math.round(Math.min(Math.max(ms, 0), LAST_TIME) * 1000)
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 20)
  return `${seconds}${String(micros % 1_000_000).padStart(6, '0')}Z`
}

/** The same back: ms since 1970 with the fraction that the text has. */
export function msOf(iso: string): number {
  const [, seconds, fraction = '0'] = /^(.*?T\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(iso) ?? []
  return Date.parse(`${seconds}Z`) + Math.round(Number(`0.${fraction}`) * 1e6) / 1000
}
