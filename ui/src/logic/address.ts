import { fixed, formatWindow, live, parseWindow, type Range } from './range.ts'

export const TABS = ['response', 'request', 'session', 'packets', 'related', 'compare'] as const
export type Tab = (typeof TABS)[number]

/** Everything that a link to the page carries. */
export interface Address {
  /** Undefined: the page chooses (live, or what was captured when nothing is new). */
  range: Range | undefined
  /** The filter, as typed and applied. */
  q: string
  /** Id of the opened call. */
  call: string | undefined
  /** Ids of the calls that led to it, the first opened first. */
  trail: readonly string[]
  tab: Tab
  /** Names of the views above and below the timeline, or that a panel is folded. Undefined: the page's own choice. */
  upper: string | undefined
  lower: string | undefined
  /** What the timeline is told apart by. */
  by: string
  /** CSS pixels: width of the details, height of the upper panel and of the timeline. Undefined: the page's own measure. */
  panel: number | undefined
  top: number | undefined
  chart: number | undefined
  /** What views say of themselves: `map.group`, its first part the view's name. */
  views: Readonly<Record<string, string>>
}

export const BY = 'status_class'
export const NOWHERE: Address = {
  range: undefined,
  q: '',
  call: undefined,
  trail: [],
  tab: 'response',
  upper: undefined,
  lower: undefined,
  by: BY,
  panel: undefined,
  top: undefined,
  chart: undefined,
  views: {},
}

const OF_A_VIEW = /^[a-z]+\.[a-z-]+$/

/** Reads the query string of a link. What cannot be read is left out: an old or damaged link still opens. */
export function parseAddress(search: string): Address {
  const given = new URLSearchParams(search)
  const calls = given.getAll('call').filter((id) => id !== '')
  return {
    range: range(given),
    q: given.get('q') ?? '',
    call: calls.at(-1),
    trail: calls.slice(0, -1),
    tab: TABS.find((tab) => tab === given.get('tab')) ?? 'response',
    upper: given.get('upper') || undefined,
    lower: given.get('lower') || undefined,
    by: given.get('by') || BY,
    panel: pixels(given.get('panel')),
    top: pixels(given.get('top')),
    chart: pixels(given.get('chart')),
    views: Object.fromEntries([...given].filter(([name, value]) => OF_A_VIEW.test(name) && value !== '')),
  }
}

/** The query string of a link, `''` for the bare page. Reads back as the same address. */
export function formatAddress(address: Address): string {
  const search = new URLSearchParams()
  if (address.range?.kind === 'live') search.set('live', formatWindow(address.range.window))
  if (address.range?.kind === 'fixed') {
    search.set('from', moment(address.range.from))
    search.set('to', moment(address.range.to))
  }
  if (address.q) search.set('q', address.q)
  for (const id of [...address.trail, ...(address.call ? [address.call] : [])]) search.append('call', id)
  if (address.tab !== 'response') search.set('tab', address.tab)
  if (address.upper) search.set('upper', address.upper)
  if (address.lower) search.set('lower', address.lower)
  if (address.by !== BY) search.set('by', address.by)
  if (address.panel) search.set('panel', String(address.panel))
  if (address.top) search.set('top', String(address.top))
  if (address.chart) search.set('chart', String(address.chart))
  for (const [name, value] of Object.entries(address.views)) search.set(name, value)
  // A colon may stand in a query as it is (RFC 3986, 3.4), and makes times readable.
  const text = search.toString().replaceAll('%3A', ':')
  return text && `?${text}`
}

function range(given: URLSearchParams): Range | undefined {
  const window = parseWindow(given.get('live') ?? '')
  if (window !== undefined) return live(window)
  const [from, to] = [time(given.get('from')), time(given.get('to'))]
  return from !== undefined && to !== undefined && from < to ? fixed(from, to) : undefined
}

/** ISO 8601 where that is exact, else ms with fractions. */
const moment = (ms: number): string => (Number.isInteger(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(ms))

function time(text: string | null): number | undefined {
  if (!text) return undefined
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(ms) ? ms : undefined
}

const pixels = (text: string | null): number | undefined => (text && /^\d{2,4}$/.test(text) ? Number(text) : undefined)
