import { hash } from 'node:crypto'
import type { Codecs } from '#engines/http/facts.ts'
import { ciphers } from './ciphers.ts'
import { decoderOf, inflateRaw } from './decoders.ts'
import { loadDigest } from './digest.ts'

/** What the engines need of the runtime, from Node. Loaded once, at start-up. */
export const loadCodecs = async (): Promise<Codecs> => ({
  sha256: (bytes) => hash('sha256', bytes, 'hex'),
  digest: await loadDigest(),
  decoder: decoderOf,
  inflateRaw,
  ciphers,
})
