import type { ExchangeDocument } from '#events/documents/exchange.ts'

type Part = NonNullable<ExchangeDocument['spider']['request']>
type Direction = 'request' | 'response'

/** What every document has, whatever the protocol, or what the page shows at a place of its own. */
const COMMON = new Set([
  '@timestamp',
  'event',
  'client',
  'server',
  'network',
  'http',
  'url',
  'user_agent',
  'trace',
  'span',
  'tls',
  'spider',
])

/** The operation in a word. */
export const actionOf = ({ event, http, network }: ExchangeDocument): string => event.action ?? http?.request?.method ?? network.protocol

/** What was asked, in one line. */
export const summaryOf = ({ spider, url }: ExchangeDocument): string | undefined => spider.summary ?? url?.full

/** One direction, wherever the protocol has it. */
export const partOf = (call: ExchangeDocument, direction: Direction): Part | undefined => call.http?.[direction] ?? call.spider[direction]

/** Bytes of the answer: its body decoded, else on the wire. */
export const sizeOf = (call: ExchangeDocument): number | undefined => {
  const part = partOf(call, 'response')
  return part?.body?.bytes ?? part?.bytes
}

/** The status code, else how it went; undefined while, or if, nobody answered. */
export const resultOf = ({ http, event, spider }: ExchangeDocument): string | undefined => {
  if (http?.response) return String(http.response.status_code)
  if (http || !spider.response || !event.outcome) return undefined
  return { success: 'ok', failure: 'failed', unknown: undefined }[event.outcome]
}

const CLASSES = ['5xx', '4xx', '3xx', '2xx', '1xx'] as const
export type Tone = (typeof CLASSES)[number] | 'none'

const classOf = (code: number | undefined): Tone =>
  CLASSES.find((key) => key[0] === String(code)[0] && code! >= 100 && code! < 600) ?? 'none'

/** The colour of a call: that of its status code, unless its protocol knows it to have failed. */
export const toneOf = ({ http, event, spider }: ExchangeDocument): Tone => {
  const byCode = classOf(http?.response?.status_code)
  const answered = http?.response ?? spider.response
  if (!answered) return byCode
  if (event.outcome === 'failure' && byCode !== '4xx') return '5xx'
  return byCode === 'none' && event.outcome === 'success' ? '2xx' : byCode
}

/** What the protocol says of the call, by name. A handshake of TLS has a view of its own. */
export const fieldsOf = (call: ExchangeDocument): [string, unknown][] =>
  Object.entries(call).filter(([name]) => !COMMON.has(name) && (name !== 'tls' || call.network.protocol !== 'tls'))
