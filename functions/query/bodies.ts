import { Readable } from 'node:stream'
import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import { type BodyReference, parseBodyReference } from '#events/documents/body.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { decompress, decompressing } from '../lane/compression.ts'

type Body = NonNullable<NonNullable<ExchangeDocument['http']>['request']>['body']

/** Bytes of a block that are read at a time. */
const PIECE = 1 << 20

const referenceOf = ({ ref }: Body): BodyReference | undefined => (ref === undefined ? undefined : parseBodyReference(ref))

/** The kept bytes of a body; undefined when none were kept or retention has let them go. */
export async function readBody(blobs: Blobs, body: Body): Promise<Uint8Array | undefined> {
  const reference = referenceOf(body)
  if (!reference) return undefined
  const block = await blobs.get(reference.block as BlobReference)
  if (!block) return undefined
  const plain = await decompress(block)
  return plain.subarray(reference.offset, reference.offset + reference.length)
}

/** The same while they are read, no faster than they are taken: whatever their `length`, few of them are held. */
export async function streamBody(blobs: Blobs, body: Body): Promise<{ bytes: Readable; length: number } | undefined> {
  const reference = referenceOf(body)
  const first = reference && (await blobs.get(reference.block as BlobReference, { offset: 0, length: PIECE }))
  if (!first) return undefined
  const block = pieces(blobs, reference.block as BlobReference, first)
  return { bytes: Readable.from(partOf(block, reference), { objectMode: false }), length: reference.length }
}

async function* pieces(blobs: Blobs, block: BlobReference, first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first
  for (let [piece, offset] = [first, PIECE]; piece.length === PIECE; offset += PIECE) {
    const next = await blobs.get(block, { offset, length: PIECE })
    if (!next) throw new Error(`the block ${block} was let go while it was read`)
    yield next
    piece = next
  }
}

async function* partOf(packed: AsyncIterable<Uint8Array>, { block, offset, length }: BodyReference): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const bytes of decompressing(packed)) {
    const [from, to] = [Math.max(offset - at, 0), Math.min(offset + length - at, bytes.length)]
    if (to > from) yield bytes.subarray(from, to)
    at += bytes.length
    if (at >= offset + length) return
  }
  throw new Error(`the block ${block} ends before its body does`)
}

/** Text where the bytes are UTF-8, else base64. */
export function toContent(bytes: Uint8Array): { content: string; encoding: 'utf-8' | 'base64' } {
  try {
    return { content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    return { content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }
  }
}

async function withContent<Message extends { body?: Body }>(blobs: Blobs, message: Message): Promise<Message> {
  if (!message.body) return message
  const { ref, ...body } = message.body
  const bytes = ref === undefined ? undefined : await readBody(blobs, message.body)
  return { ...message, body: bytes ? { ...body, ...toContent(bytes) } : body }
}

/** Both messages of a call with their bodies' content. */
async function filled<Messages extends { request?: { body?: Body }; response?: { body?: Body } }>(
  blobs: Blobs,
  messages: Messages,
): Promise<Messages> {
  const { request, response } = messages
  return {
    ...messages,
    ...(request && { request: await withContent(blobs, request) }),
    ...(response && { response: await withContent(blobs, response) }),
  }
}

/** The document with its bodies' content. */
export async function withBodies(blobs: Blobs, document: ExchangeDocument): Promise<ExchangeDocument> {
  const { http, spider } = document
  return { ...document, ...(http && { http: await filled(blobs, http) }), spider: await filled(blobs, spider) }
}
