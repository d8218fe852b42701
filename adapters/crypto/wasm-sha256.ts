import { createSHA256, type IHasher } from 'hash-wasm'
import type { Codecs } from '#engines/http/facts.ts'

/** Around the state, what says of which version it is, and how long the digest is. */
const BEFORE = 4
const AFTER = 4

/** SHA-256 in WebAssembly. */
export const loadWasmSha256 = async (): Promise<Codecs['digest']> => {
  const hasher = new SharedHasher(await createSHA256())
  return (saved) => new Digest(hasher, saved)
}

/** One hasher serves all digests: who goes on puts its own state in first, and the one before has its state taken out. */
class SharedHasher {
  readonly hasher: IHasher
  readonly fresh: Uint8Array
  private active: Digest | undefined = undefined

  constructor(hasher: IHasher) {
    this.hasher = hasher
    hasher.init()
    this.fresh = hasher.save()
  }

  for(digest: Digest): IHasher {
    if (this.active === digest) return this.hasher
    if (this.active !== undefined) this.active.state = this.hasher.save()
    this.hasher.load(digest.state)
    this.active = digest
    return this.hasher
  }

  /** The hasher holds no digest's state any more. */
  release(): void {
    this.active = undefined
  }

  whole(state: Uint8Array): Uint8Array {
    const whole = this.fresh.slice()
    whole.set(state, BEFORE)
    return whole
  }
}

class Digest {
  private readonly shared: SharedHasher
  /** Up to date while the hasher holds another digest's. */
  state: Uint8Array

  constructor(shared: SharedHasher, saved: Uint8Array | undefined) {
    this.shared = shared
    this.state = saved === undefined ? shared.fresh : shared.whole(saved)
  }

  update(bytes: Uint8Array): void {
    this.shared.for(this).update(bytes)
  }

  hex(): string {
    const hasher = this.shared.for(this)
    this.state = hasher.save()
    this.shared.release()
    return hasher.digest('hex')
  }

  save(): Uint8Array {
    return this.shared.for(this).save().slice(BEFORE, -AFTER)
  }
}
