import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { SchemaRefused } from '#adapters/schemas/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { headerIn } from '../../lane/headers.ts'
import { notFound, Problem } from '../../problem.ts'
import { readBody, streamBody } from '../bodies.ts'
import type { QueryPorts } from '../ports.ts'

/** For what somebody else wrote: no script, no form, nothing loaded from anywhere, and an origin of its own. */
const STRICT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'"

export const bodyRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/exchanges/:id/:side/body',
      {
        schema: {
          summary: 'The kept bytes of a body, decoded: as a file, as a page that can do nothing, or the messages of gRPC in it as text',
          params: Type.Object({ id: Type.String(), side: Type.Union([Type.Literal('request'), Type.Literal('response')]) }),
          querystring: Type.Object({
            as: Type.Optional(Type.Union([Type.Literal('file'), Type.Literal('page'), Type.Literal('messages')], { default: 'file' })),
          }),
          produces: ['application/octet-stream', 'text/html', 'text/plain'],
        },
      },
      async ({ params: { id, side }, query }, reply) => {
        const document = await ports.store.get(ports.scope(), 'exchanges', id)
        if (!document) throw notFound('exchange', id)
        const message = document.http?.[side] ?? document.spider[side]
        void reply.header('content-security-policy', STRICT).header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
        if (query.as === 'messages') {
          const bytes = message?.body && (await readBody(ports.blobs, message.body))
          if (!bytes) throw notKept(side, id)
          return reply.type('text/plain; charset=utf-8').send(await messages(ports, document, side, bytes))
        }
        const kept = message?.body && (await streamBody(ports.blobs, message.body))
        if (!kept) throw notKept(side, id)
        if (query.as === 'page')
          return reply
            .type(`text/html; charset=${charsetOf(message.mime_type, document.http?.[side]?.headers)}`)
            .header('x-dns-prefetch-control', 'off')
            .send(Readable.from(harmless(kept.bytes), { objectMode: false }))
        const name = `${id.slice(0, 40).replace(/[^0-9a-zA-Z-]/g, '')}-${side}`
        return reply
          .type('application/octet-stream')
          .header('content-length', kept.length)
          .header('content-disposition', `attachment; filename="${name}${endingOf(message.mime_type)}"`)
          .send(kept.bytes)
      },
    )
  }

async function messages(ports: QueryPorts, document: ExchangeDocument, side: 'request' | 'response', bytes: Uint8Array): Promise<string> {
  const headers = document.http?.[side]?.headers ?? []
  const of = {
    method: document.url?.path ?? '',
    direction: side,
    type: headerIn(headers, 'content-type'),
    coding: headerIn(headers, 'grpc-encoding'),
  }
  try {
    const text = await ports.messages?.(bytes, of)
    if (text !== undefined) return text
  } catch (error) {
    if (!(error instanceof SchemaRefused)) throw error
    throw new Problem(500, 'No schema', error.message)
  }
  throw new Problem(400, 'No messages', `The ${side} of ${document.event.id} has no messages of gRPC: ask for it as a file.`)
}

const notKept = (side: string, id: string): Problem => notFound('body kept of the', `${side} of ${id}`)

const LOADING = /<(link|base|meta|i?frame|fencedframe|object|embed|portal)(?=[\s/>])/gi
/** The longest of them, with what follows. */
const LONGEST = '<fencedframe>'.length

/**
 * Browsers connect to hosts that a `link` or a frame names before any policy is asked, and `base` and `meta` move the page.
 * They become elements without a meaning.
 */
async function* harmless(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const plain = (text: string): Buffer => Buffer.from(text.replace(LOADING, '<x-$1'), 'latin1')
  let rest = ''
  for await (const piece of pieces) {
    const text = rest + Buffer.from(piece).toString('latin1')
    // What may be the beginning of one waits for the next piece.
    const open = text.lastIndexOf('<')
    const end = open >= 0 && text.length - open < LONGEST ? open : text.length
    rest = text.slice(end)
    yield plain(text.slice(0, end))
  }
  yield plain(rest)
}

/** What the sender said; only names that browsers know can take effect. */
function charsetOf(mime: string | undefined, headers: string[][] = []): string {
  const type = headerIn(headers, 'content-type') ?? mime ?? ''
  const given = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(type)?.[1]
  // Encodings in which ASCII is not ASCII would hide elements from the eye that looked for them.
  return given && !/^(utf-?(7|16|32)|ucs|iso-2022|hz-gb|x-user)/i.test(given) ? given : 'utf-8'
}

const ENDINGS: [RegExp, string][] = [
  [/[/+]json$/, '.json'],
  [/[/+]xml$/, '.xml'],
  [/^text\/html/, '.html'],
  [/^text\/csv/, '.csv'],
  [/^text\//, '.txt'],
  [/^image\/(png|jpeg|gif|webp|avif)$/, ''],
]

function endingOf(mime: string | undefined): string {
  const type = (mime ?? '').split(';')[0].trim().toLowerCase()
  const [found, ending] = ENDINGS.find(([form]) => form.test(type)) ?? []
  return found && ending === '' ? `.${type.slice('image/'.length)}` : (ending ?? '.bin')
}
