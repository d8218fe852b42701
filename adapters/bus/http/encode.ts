import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'
import type { Event } from '#events/define.ts'
import { Permanent } from '../port.ts'
import { ATTRIBUTES, encodeValue } from './attributes.ts'
import type { Registry } from './decode.ts'

export interface Message {
  headers: Record<string, string>
  body: Uint8Array
}

/** An event as an HTTP message: CloudEvents 1.0 in binary mode, not compressed. Throws `Permanent` for a type that is not known. */
export function encodeCloudEvent(event: Event, registry: Registry): Message {
  const eventType = registry.get(event.type)
  if (!eventType) throw new Permanent(`events of type ${event.type} are not known here`)
  const headers: Record<string, string> = { 'content-type': eventType.codec.contentType, 'ce-specversion': '1.0' }
  for (const name of ATTRIBUTES) {
    const value = event[name]
    if (value !== undefined) headers[`ce-${name}`] = encodeValue(String(value))
  }
  return { headers, body: eventType.codec.encode(event.data) }
}

type Encoding = 'zstd' | 'gzip' | 'identity'

const ENCODERS: Record<Exclude<Encoding, 'identity'>, (bytes: Uint8Array) => Promise<Uint8Array>> = {
  zstd: (bytes) => promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 1 }),
}
const FROM_BYTES = 1024
const SKIP = 15

/** Compresses bodies while it pays: small ones and, after one that shrank by less than a tenth (encrypted traffic), the next few go as they are. */
export class Compressor {
  readonly #encodings: Encoding[]
  #skip = 0

  constructor(enabled: boolean) {
    this.#encodings = enabled ? ['zstd', 'gzip', 'identity'] : ['identity']
  }

  async compress({ headers, body }: Message): Promise<Message> {
    const [encoding] = this.#encodings
    if (encoding === 'identity' || body.length < FROM_BYTES || this.#skip-- > 0) return { headers, body }
    const smaller = await ENCODERS[encoding](body)
    this.#skip = smaller.length > body.length * 0.9 ? SKIP : 0
    return this.#skip > 0 ? { headers, body } : { headers: { ...headers, 'content-encoding': encoding }, body: smaller }
  }

  /** The receiver does not take this encoding: the next is used from now on. False when there is none. */
  refused(encoding: string | undefined): boolean {
    if (encoding === undefined) return false
    if (this.#encodings[0] === encoding) this.#encodings.shift()
    return true
  }
}
