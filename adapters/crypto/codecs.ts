import { hash } from 'node:crypto'
import type { Codecs } from '#engines/http/facts.ts'
import { decoderOf } from './decoders.ts'
import { Digest } from './digest.ts'

/** What the HTTP engine needs of the runtime, from Node. */
export const codecs: Codecs = {
  sha256: (bytes) => hash('sha256', bytes, 'hex'),
  digest: (saved) => new Digest(saved),
  decoder: decoderOf,
}
