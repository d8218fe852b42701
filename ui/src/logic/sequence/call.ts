import { templateOf } from '#engines/http/template.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { actionOf, resultOf, toneOf } from '../call.ts'

/** A call as diagrams take it. Times in µs since 1970. */
export interface Call {
  id: string
  from: string
  to: string
  /** What was asked, in a line; and the same with ids folded, to know repeats. */
  label: string
  kind: string
  /** How it went; undefined when nobody answered. */
  result: string | undefined
  tone: ReturnType<typeof toneOf>
  start: number
  end: number
  /** When the request was whole, and the answer began. */
  sent: number
  answered: number | undefined
  trace: string | undefined
  session: string
  protocol: string
}

/** Addresses of ends that have no name in their call, each once. */
export const unnamedIn = (documents: readonly ExchangeDocument[]): string[] => [
  ...new Set(documents.flatMap(({ client, server }) => [client, server]).flatMap(({ ip, domain }) => (domain === undefined ? [ip] : []))),
]

/** The call, its ends by the names they have in it, else by those that their addresses have now. */
export function callOf(document: ExchangeDocument, names: ReadonlyMap<string, string>): Call {
  const nameOf = ({ domain, ip }: ExchangeDocument['client']): string => domain ?? names.get(ip) ?? ip
  const { time } = document.spider
  const written = Date.parse(document.event.start) * 1000
  const start = time.request?.first ?? time.response?.first ?? written
  const sent = time.request?.last ?? start
  const what = document.spider.summary ?? document.url?.path ?? ''
  const action = actionOf(document)
  const result = resultOf(document)
  return {
    id: document.event.id,
    from: nameOf(document.client),
    to: nameOf(document.server),
    label: `${what.startsWith(action) ? '' : `${action} `}${what}`.trim(),
    kind: `${action} ${document.url ? templateOf(document.url.path) : what} ${result}`,
    result,
    tone: toneOf(document),
    start,
    end: Math.max(time.response?.last ?? sent, sent, start),
    sent,
    answered: time.response?.first,
    trace: document.trace?.id,
    session: document.spider.session.id,
    protocol: document.network.protocol,
  }
}
