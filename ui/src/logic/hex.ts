/** One row of a hex view: `00000010  48 65 6c 6c 6f 0a …  Hello.` */
export interface HexRow {
  offset: string
  hex: string
  text: string
}

export const PER_ROW = 16

export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const part = bytes.subarray(row * PER_ROW, (row + 1) * PER_ROW)
  const pairs = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'))
  return {
    offset: (row * PER_ROW).toString(16).padStart(8, '0'),
    hex: `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.padEnd(PER_ROW * 3),
    text: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
  }
}

/** Bytes of base64 (RFC 4648, section 4). */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
