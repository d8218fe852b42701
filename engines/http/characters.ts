export const LF = 10
export const CR = 13
export const SPACE = 32
export const TAB = 9
export const COLON = 58
export const SEMICOLON = 59

const table = (allowed: string): Uint8Array => {
  const flags = new Uint8Array(256)
  for (const character of allowed) flags[character.charCodeAt(0)] = 1
  return flags
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** `tchar` of RFC 9110 section 5.6.2: 1 for a byte that may be part of a token. */
export const TOKEN = table(`!#$%&'*+-.^_\`|~0123456789${LETTERS}`)

/** 1 for a byte that may not be part of a field's value (RFC 9110 section 5.5): controls but the tab. CR and LF among them, so a search stops there. */
export const CONTROL = Uint8Array.from({ length: 256 }, (_, byte) => ((byte < SPACE && byte !== TAB) || byte === 127 ? 1 : 0))

/** Value of a hexadecimal digit, 255 for any other byte. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(value) ? 255 : value
})

export const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
export const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB
