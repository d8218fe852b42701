/** How numbers, sizes, durations and times are written on the page. Pure; times of day are in the zone that is passed, or the browser's. */

/** `0 B`, `812 B`, `1.4 kB`, `23 MB`: powers of 1000, at most three digits. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let size = value
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** A duration in microseconds: `85 µs`, `1.24 ms`, `312 ms`, `2.05 s`, `3 min 20 s`. */
export function duration(micros: number): string {
  if (micros < 0) return `−${duration(-micros)}`
  if (micros < 999.5) return `${Math.round(micros)} µs`
  if (micros < 999_500) return `${significant(micros / 1000)} ms`
  if (micros < 59_950_000) return `${significant(micros / 1_000_000)} s`
  const seconds = Math.round(micros / 1_000_000)
  if (seconds < 3600) return join([Math.floor(seconds / 60), 'min'], [seconds % 60, 's'])
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return join([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'])
  const hours = Math.round(minutes / 60)
  return join([Math.floor(hours / 24), 'd'], [hours % 24, 'h'])
}

const join = (...parts: [number, string][]): string =>
  parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')

const significant = (value: number): string =>
  value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : String(Math.round(value))

/** `1,234,567`, the same in every browser, so that a count in a screenshot reads the same everywhere. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 call`, `12 calls`. */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`

export interface Clock {
  /** `14:03:07.123` */
  time(ms: number): string
  /** `14:03:07` */
  seconds(ms: number): string
  /** `2026-03-04` */
  date(ms: number): string
  zone: string
}

/** A clock of one time zone (IANA name; the browser's when left out). */
export function clock(zone?: string): Clock {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const read = (ms: number) => Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]))
  const seconds = (ms: number) => {
    const at = read(ms)
    return `${at.hour}:${at.minute}:${at.second}`
  }
  return {
    seconds,
    time: (ms) => `${seconds(ms)}.${String(((Math.floor(ms) % 1000) + 1000) % 1000).padStart(3, '0')}`,
    date: (ms) => {
      const at = read(ms)
      return `${at.year}-${at.month}-${at.day}`
    },
    zone: parts.resolvedOptions().timeZone,
  }
}

/** A duration to the second: `0 s`, `12 s`, `3 min 20 s`. */
export const seconds = (ms: number): string => (ms < 500 ? '0 s' : duration(Math.round(ms / 1000) * 1_000_000).replace(/\.\d+/, ''))

/** How long ago, in words for a status: `now`, `12 s ago`, `3 min ago`. */
export const ago = (ms: number): string => (ms < 1500 ? 'now' : `${seconds(ms)} ago`)
