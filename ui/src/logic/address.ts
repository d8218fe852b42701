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
  tab: Tab
  /** CSS pixels: width of the details, height of the timeline. Undefined: the page's own measure. */
  panel: number | undefined
  chart: number | undefined
}

export const NOWHERE: Address = { range: undefined, q: '', call: undefined, tab: 'response', panel: undefined, chart: undefined }

/** Reads the query string of a link. What cannot be read is left out: an old or damaged link still opens. */
export function parseAddress(search: string): Address {
  const given = new URLSearchParams(search)
  return {
    range: range(given),
    q: given.get('q') ?? '',
    call: given.get('call') || undefined,
    tab: TABS.find((tab) => tab === given.get('tab')) ?? 'response',
    panel: pixels(given.get('panel')),
    chart: pixels(given.get('chart')),
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
  if (address.call) search.set('call', address.call)
  if (address.tab !== 'response') search.set('tab', address.tab)
  if (address.panel) search.set('panel', String(address.panel))
  if (address.chart) search.set('chart', String(address.chart))
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
