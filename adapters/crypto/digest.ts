import type { Codecs } from '#engines/http/facts.ts'
import { loadNativeSha256 } from './native-sha256.ts'

/**
 * Loads SHA-256 whose state is plain bytes, and can be saved between any two bytes of the input. Node's own hashes cannot.
 * What one of both below has saved, the other goes on from: the bytes of a block that is not full (64 bytes), how many bytes there
 * were (8), and the hash so far (32), numbers with the lowest byte first.
 */
export const loadDigest = async (): Promise<Codecs['digest']> => {
  const native = loadNativeSha256()
  if (native !== undefined) return native
  const { loadWasmSha256 } = await import('./wasm-sha256.ts')
  return loadWasmSha256()
}
