/** The few methods of Node's Buffer the engines use. They are data, not I/O, and several times faster than what the language offers. */
interface Methods {
  latin1Slice(this: Uint8Array, start: number, end: number): string
  utf8Slice(this: Uint8Array, start: number, end: number): string
  latin1Write(this: Uint8Array, text: string, offset: number, length: number): number
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number
  indexOf(this: Uint8Array, value: number | Uint8Array, from: number): number
  copy(this: Uint8Array, target: Uint8Array, at: number, start: number, end: number): number
}

declare const Buffer: { prototype: Methods } | undefined
declare const TextDecoder: { new (label: string): { decode(bytes: Uint8Array): string } }
declare const TextEncoder: { new (): { encodeInto(text: string, target: Uint8Array): { written: number } } }

/** A browser's stand-in: the same answers, slower. */
export const plain: Methods = {
  latin1Slice(start, end) {
    let text = ''
    for (let at = start; at < end; at += 4096) text += String.fromCharCode(...this.subarray(at, Math.min(at + 4096, end)))
    return text
  },
  utf8Slice(start, end) {
    return new TextDecoder('utf-8').decode(this.subarray(start, end))
  },
  latin1Write(text, offset, length) {
    for (let i = 0; i < length; i++) this[offset + i] = text.charCodeAt(i)
    return length
  },
  utf8Write(text, offset, length) {
    return new TextEncoder().encodeInto(text, this.subarray(offset, offset + length)).written
  },
  copy(target, at, start, end) {
    target.set(this.subarray(start, end), at)
    return end - start
  },
  indexOf(value, from) {
    if (typeof value === 'number') return Uint8Array.prototype.indexOf.call(this, value, from)
    const last = this.length - value.length
    for (let at = from; at <= last; at++) {
      let i = 0
      while (i < value.length && this[at + i] === value[i]) i++
      if (i === value.length) return at
    }
    return -1
  },
}

/** Methods to be called on any Uint8Array. */
export const methods: Methods = typeof Buffer === 'undefined' ? plain : Buffer.prototype
