import type { Codecs } from '#engines/http/facts.ts'
import { openssl } from './openssl.ts'

type Bytes = Uint8Array
interface Sha256 {
  init(context: Bytes): number
  update(context: Bytes, bytes: Bytes, size: number): number
  final(out: Bytes, context: Bytes): number
}

/** SHA256_CTX of OpenSSL's sha.h: hash, bits (low, high), block, bytes in it, length of the digest. It never changes. */
const CONTEXT = { size: 112, bits: 32, block: 40, filled: 104 }
const STATE = { size: 104, length: 64, hash: 72 }
const BLOCK = 64

/** SHA-256 by the OpenSSL that is part of Node: some ten times as fast as WebAssembly, which knows nothing of the processor's instructions for it. */
export const loadNativeSha256 = (): Codecs['digest'] | undefined => {
  const sha256 = load()
  return sha256 && ((saved) => new Digest(sha256, saved))
}

const load = (): Sha256 | undefined => {
  try {
    const library = openssl()
    return (
      library && {
        init: library.func('SHA256_Init', 'int', ['void*']),
        update: library.func('SHA256_Update', 'int', ['void*', 'void*', 'size_t']),
        final: library.func('SHA256_Final', 'int', ['void*', 'void*']),
      }
    )
  } catch {
    return undefined // its symbols are hidden
  }
}

class Digest {
  private readonly sha256: Sha256
  private readonly context = new Uint8Array(CONTEXT.size)

  constructor(sha256: Sha256, saved: Uint8Array | undefined) {
    this.sha256 = sha256
    sha256.init(this.context)
    if (saved !== undefined) this.restore(saved)
  }

  update(bytes: Uint8Array): void {
    if (bytes.length > 0) this.sha256.update(this.context, bytes, bytes.length)
  }

  hex(): string {
    const out = new Uint8Array(32)
    this.sha256.final(out, this.context.slice())
    return Buffer.from(out.buffer).toString('hex')
  }

  save(): Uint8Array {
    const { context } = this
    const state = new Uint8Array(STATE.size)
    state.set(context.subarray(CONTEXT.block, CONTEXT.block + BLOCK))
    new DataView(state.buffer).setBigUint64(STATE.length, new DataView(context.buffer).getBigUint64(CONTEXT.bits, true) >> 3n, true)
    state.set(context.subarray(0, CONTEXT.bits), STATE.hash)
    return state
  }

  private restore(state: Uint8Array): void {
    const { context } = this
    const length = new DataView(state.buffer, state.byteOffset).getBigUint64(STATE.length, true)
    const view = new DataView(context.buffer)
    context.set(state.subarray(STATE.hash))
    view.setBigUint64(CONTEXT.bits, length << 3n, true)
    context.set(state.subarray(0, BLOCK), CONTEXT.block)
    view.setUint32(CONTEXT.filled, Number(length % BigInt(BLOCK)), true)
  }
}
