import { createSHA256 } from 'hash-wasm'

/** One hasher serves all digests: whoever goes on puts its own state in first, and the one before has its state taken out. */
const hasher = await createSHA256()
hasher.init()
const FRESH = hasher.save()
let active: Digest | undefined

/** SHA-256 whose state is plain bytes, and can be saved between any two bytes of the input. Node's own hashes cannot. */
export class Digest {
  private state: Uint8Array

  constructor(saved: Uint8Array = FRESH) {
    this.state = saved
  }

  update(bytes: Uint8Array): void {
    this.activate()
    hasher.update(bytes)
  }

  hex(): string {
    const state = this.save()
    const hex = hasher.digest('hex')
    this.state = state
    active = undefined
    return hex
  }

  save(): Uint8Array {
    this.activate()
    return hasher.save()
  }

  private activate(): void {
    if (active === this) return
    if (active !== undefined) active.state = hasher.save()
    hasher.load(this.state)
    active = this
  }
}
