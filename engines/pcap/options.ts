import { latin1, utf8 } from '../bytes/text.ts'
import { ipText, MAPPED } from '../packet/address.ts'
import { NAME_IPV4, NAME_IPV6, OPTION_END, padded } from './format.ts'
import type { CaptureSink } from './sink.ts'

/** Calls `option` for each option of a block; stops at the first that does not fit. */
export const eachOption = (
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  option: (code: number, at: number, length: number) => void,
): void => {
  let at = start
  while (at + 4 <= end) {
    const code = view.getUint16(at, little)
    const length = view.getUint16(at + 2, little)
    if (code === OPTION_END || at + 4 + length > end) return
    option(code, at + 4, length)
    at += 4 + padded(length)
  }
}

/** A 64-bit counter as a double, or undefined when the option has another length. */
export const counter = (view: DataView, at: number, length: number, little: boolean): number | undefined => {
  if (length !== 8) return undefined
  const first = view.getUint32(at, little)
  const second = view.getUint32(at + 4, little)
  return little ? second * 2 ** 32 + first : first * 2 ** 32 + second
}

/** Tells the sink the names of a Name Resolution Block: address, then names ended by zero bytes. */
export const resolvedNames = (bytes: Uint8Array, view: DataView, start: number, end: number, little: boolean, sink: CaptureSink): void => {
  eachOption(view, start, end, little, (type, at, length) => {
    const size = type === NAME_IPV4 ? 4 : type === NAME_IPV6 ? 16 : length
    if (size >= length) return
    const word = (n: number) => view.getInt32(at + 4 * n)
    const address = size === 4 ? ipText(0, 0, MAPPED, word(0)) : ipText(word(0), word(1), word(2), word(3))
    for (const name of utf8(bytes, at + size, at + length).split('\0')) if (name !== '') sink.name?.(address, name)
  })
}

export const optionText = (bytes: Uint8Array, at: number, length: number): string => latin1(bytes, at, at + length).replace(/\0.*$/s, '')
