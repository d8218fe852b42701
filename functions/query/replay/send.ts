import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { toContent } from '../bodies.ts'
import { allowsAddress, allowsHost, type Targets } from './targets.ts'

/** An answer to a request that was sent again. */
export interface Answer {
  status_code: number
  reason: string
  headers: [string, string][]
  /** `bytes` counts what came; `content` is at most the beginning of it. */
  body: { bytes: number; content: string; encoding: 'utf-8' | 'base64'; truncated?: true }
  /** µs from the first byte sent to the last received. */
  duration: number
  /** Where it was sent. */
  address: string
}

/** Why a request cannot be sent again: a sentence. `refused`: by the settings; else the target did not answer. */
export class NotSent extends Error {
  override name = 'NotSent'
  readonly refused: boolean
  constructor(message: string, refused: boolean) {
    super(message)
    this.refused = refused
  }
}

const TIMEOUT = 30_000
const MOST = 1 << 20
/** Written anew for each connection (RFC 9110, section 7.6.1), or by the client. */
const OWN = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'http2-settings',
  'accept-encoding',
])

/** Sends the request of a call again, over HTTP/1.1, and follows no redirects. Throws `NotSent`. */
export async function sendAgain(call: ExchangeDocument, targets: Targets): Promise<Answer> {
  const given = call.http?.request
  if (!given || !call.url || !URL.canParse(call.url.full)) throw new NotSent('The request was not captured.', true)
  const body = bodyOf(given.body)
  const url = new URL(call.url.full)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new NotSent(`Requests to ${url.protocol}// are not sent again.`, true)
  const { address, host, port } = await resolve(url, targets)
  const undone = body !== undefined && !given.body.undecoded
  const headers = given.headers
    .filter(([name]) => !name.startsWith(':') && !OWN.has(name.toLowerCase()) && !(undone && name.toLowerCase() === 'content-encoding'))
    .flat()
  if (!given.headers.some(([name]) => name.toLowerCase() === 'host')) headers.push('Host', url.host)
  if (body) headers.push('Content-Length', String(body.length))
  const start = performance.now()
  const response = await answerOf(
    url.protocol === 'https:' ? overHttps : overHttp,
    {
      host: address,
      port,
      servername: isIP(host) ? '' : host,
      method: given.method,
      path: url.pathname + url.search,
      headers,
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT),
    },
    body,
  ).catch((error: Error) => {
    throw new NotSent(`${url.host} (${address}) did not answer: ${error.message}.`, false)
  })
  return { ...response, duration: Math.round((performance.now() - start) * 1000), address: `${address}:${port}` }
}

function bodyOf({
  bytes,
  content,
  encoding,
  truncated,
}: {
  bytes: number
  content?: string
  encoding?: string
  truncated?: boolean
}): Buffer | undefined {
  if (bytes === 0) return undefined
  if (content === undefined || truncated) throw new NotSent('The body of the request was not kept whole: it cannot be sent again.', true)
  return Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf-8')
}

/** The one address that is then connected to: a name that is looked up twice may say something else the second time. */
async function resolve(url: URL, targets: Targets): Promise<{ address: string; host: string; port: number }> {
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  if (!allowsHost(targets, host, port)) throw new NotSent(`${host}:${port} is none of the targets in SPIDER_REPLAY_TARGETS.`, true)
  if (isIP(host)) return { address: host, host, port }
  const found = await lookup(host, { all: true }).catch((error: Error) => {
    throw new NotSent(`${host} has no address here: ${error.message}.`, false)
  })
  const bad = found.find(({ address }) => !allowsAddress(targets, address, port))
  if (bad)
    throw new NotSent(
      `${host} leads to ${bad.address}, which is this machine, its link or a service of the cloud, and no target itself.`,
      true,
    )
  return { address: found[0].address, host, port }
}

type Options = RequestOptions

const answerOf = (
  send: (options: Options, done: (response: IncomingMessage) => void) => ReturnType<typeof overHttp>,
  options: Options,
  body: Buffer | undefined,
): Promise<Omit<Answer, 'duration' | 'address'>> =>
  new Promise((done, fail) => {
    const request = send(options, (response) => void read(response).then(done, fail))
    request.on('error', fail)
    request.end(body)
  })

async function read(response: IncomingMessage): Promise<Omit<Answer, 'duration' | 'address'>> {
  const chunks: Buffer[] = []
  let [bytes, kept] = [0, 0]
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (kept < MOST) chunks.push(chunk.subarray(0, MOST - kept))
    kept = Math.min(MOST, bytes)
    // A server that never ends is not listened to for ever: what is beyond is only counted so far.
    if (bytes > 64 * MOST) break
  }
  const headers: [string, string][] = []
  for (let i = 0; i < response.rawHeaders.length; i += 2) headers.push([response.rawHeaders[i], response.rawHeaders[i + 1]])
  return {
    status_code: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    headers,
    body: { bytes, ...toContent(Buffer.concat(chunks)), ...(bytes > kept && { truncated: true as const }) },
  }
}
