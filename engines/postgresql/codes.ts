const codes = (letters: string): ReadonlySet<number> => new Set([...letters].map((letter) => letter.charCodeAt(0)))

/** First bytes of what a client sends, and of what a server sends (PostgreSQL documentation, 55.7). */
export const FRONTEND = codes('QPBDECSHFdcfpX')
export const BACKEND = codes('RSKZTDCENA123ntIsGHWdcVv')

/** Codes in the place of a version in the first message. */
export const SSL_REQUEST = 80_877_103
export const GSS_REQUEST = 80_877_104
export const CANCEL_REQUEST = 80_877_102
/** Protocol 3, of any minor version. */
export const isVersion3 = (code: number): boolean => code >>> 16 === 3 && (code & 0xffff) < 100

/** Kinds of authentication, by the number in the server's request. */
const AUTHENTICATION: Readonly<Record<number, string>> = {
  ...{
    0: 'ok',
    2: 'kerberos',
    3: 'password',
    4: 'crypt',
    5: 'md5',
    6: 'scm',
    7: 'gss',
    8: 'gss',
    9: 'sspi',
    10: 'sasl',
    11: 'sasl',
    12: 'sasl',
  },
}
export const authenticationName = (code: number): string => AUTHENTICATION[code] ?? `method ${code}`

const TRANSACTIONS: Readonly<Record<number, string>> = { 73: 'idle', 84: 'open', 69: 'failed' } // I, T, E
export const transactionName = (byte: number): string | undefined => TRANSACTIONS[byte]
