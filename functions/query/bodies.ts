import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import { parseBodyReference } from '#events/documents/body.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { decompress } from '../lane/compression.ts'

type Body = NonNullable<NonNullable<ExchangeDocument['http']>['request']>['body']

/** The kept bytes of a body; undefined when none were kept or retention has let them go. */
export async function readBody(blobs: Blobs, body: Body): Promise<Uint8Array | undefined> {
  const reference = body.ref === undefined ? undefined : parseBodyReference(body.ref)
  if (!reference) return undefined
  const block = await blobs.get(reference.block as BlobReference)
  if (!block) return undefined
  const plain = await decompress(block)
  return plain.subarray(reference.offset, reference.offset + reference.length)
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
