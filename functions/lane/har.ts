import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { VERSION } from '#events/version.ts'
import { headerIn } from './headers.ts'

/** HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as far as a capture can fill it. Times are in milliseconds; -1 is the format's own "not known". */
export interface Har {
  log: { version: '1.2'; creator: { name: string; version: string }; entries: HarEntry[] }
}
interface Pair {
  name: string
  value: string
}
export interface HarEntry {
  startedDateTime: string
  time: number
  request: {
    method: string
    url: string
    httpVersion: string
    cookies: Pair[]
    headers: Pair[]
    queryString: Pair[]
    postData?: { mimeType: string; text: string; params: Pair[]; comment?: string }
    headersSize: number
    bodySize: number
  }
  response: {
    status: number
    statusText: string
    httpVersion: string
    cookies: Pair[]
    headers: Pair[]
    content: { size: number; mimeType: string; text?: string; encoding?: string; comment?: string }
    redirectURL: string
    headersSize: number
    bodySize: number
  }
  cache: Record<string, never>
  timings: { blocked: number; dns: number; connect: number; send: number; wait: number; receive: number; ssl: number }
  serverIPAddress: string
  connection: string
  comment?: string
}

type Http = NonNullable<ExchangeDocument['http']>
type Message = Omit<NonNullable<Http['request']>, 'method'>

/** An archive of the exchanges that have a request; without an answer, the status is 0, as browsers have it. */
export const toHar = (documents: readonly ExchangeDocument[], creator = { name: 'Spider', version: VERSION }): Har => ({
  log: { version: '1.2', creator, entries: documents.flatMap(harEntries) },
})

/** The entry of a call; none when it has no request of HTTP. */
export const harEntries = (document: ExchangeDocument): HarEntry[] => {
  const { http, url, spider } = document
  if (http?.request === undefined || url === undefined) return []
  const timings = timingsOf(spider.time)
  return [
    {
      startedDateTime: document['@timestamp'],
      time: timings.send + timings.wait + timings.receive,
      request: requestOf(http, http.request, url),
      response: responseOf(http),
      cache: {},
      timings,
      serverIPAddress: document.server.ip,
      connection: spider.session.id,
      ...(spider.status !== 'complete' && {
        comment: `${spider.status}: ${[...spider.missing.map(missingText), ...(spider.findings ?? [])].join(', ')}`,
      }),
    },
  ]
}

const missingText = ({ direction, bytes, reason }: ExchangeDocument['spider']['missing'][number]): string =>
  `${direction} misses ${bytes} bytes (${reason})`

const timingsOf = ({ request, response }: ExchangeDocument['spider']['time']): HarEntry['timings'] => {
  const between = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? 0 : Math.max(0, to - from) / 1000
  return {
    blocked: -1,
    dns: -1,
    connect: -1,
    send: between(request?.first, request?.last),
    wait: between(request?.last, response?.first),
    receive: between(response?.first, response?.last),
    ssl: -1,
  }
}

const requestOf = (http: Http, request: NonNullable<Http['request']>, url: NonNullable<ExchangeDocument['url']>): HarEntry['request'] => ({
  method: request.method,
  url: url.full,
  httpVersion: `HTTP/${http.version}`,
  cookies: cookiesOf(request, 'cookie', ';'),
  headers: pairs(request.headers),
  queryString: url.query === undefined ? [] : [...new URLSearchParams(url.query)].map(([name, value]) => ({ name, value })),
  ...(request.body.bytes > 0 && {
    postData: {
      mimeType: request.mime_type ?? '',
      text: request.body.content ?? '',
      params: [],
      ...(request.body.encoding === 'base64' && { comment: 'text is base64' }),
    },
  }),
  headersSize: -1,
  bodySize: request.body.bytes,
})

const responseOf = ({ version, response }: Http): HarEntry['response'] => ({
  status: response?.status_code ?? 0,
  statusText: response?.reason ?? '',
  httpVersion: `HTTP/${version}`,
  cookies: response === undefined ? [] : cookiesOf(response, 'set-cookie'),
  headers: pairs(response?.headers ?? []),
  content: {
    size: response?.body.bytes ?? 0,
    mimeType: response?.mime_type ?? '',
    ...(response?.body.content !== undefined && { text: response.body.content }),
    ...(response?.body.encoding === 'base64' && { encoding: 'base64' }),
    ...(response?.body.truncated && { comment: 'only the beginning of the body was kept' }),
  },
  redirectURL: headerIn(response?.headers ?? [], 'location') ?? '',
  headersSize: -1,
  bodySize: response?.body.bytes ?? -1,
})

const pairs = (headers: readonly string[][]): Pair[] => headers.map(([name, value]) => ({ name, value }))

/** Cookies of all headers of a name: several in one (`Cookie`), or one with attributes behind it (`Set-Cookie`). */
const cookiesOf = ({ headers }: Message, wanted: string, separator?: string): Pair[] =>
  headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .flatMap(([, value]) => (separator === undefined ? [value.split(';', 1)[0]] : value.split(separator)))
    .map((text) => {
      const equals = text.indexOf('=')
      return equals < 0 ? { name: text.trim(), value: '' } : { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() }
    })
