/** Messages of PostgreSQL's protocol, for tests. Text is latin-1. */
const int32 = (value: number): string => String.fromCharCode((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
const int16 = (value: number): string => String.fromCharCode((value >>> 8) & 255, value & 255)
const message = (type: string, content = ''): string => type + int32(content.length + 4) + content
const value = (text: string | null): string => (text === null ? int32(-1) : int32(text.length) + text)

export const startup = (...pairs: string[]): string => {
  const content = `${int32(196_608)}${pairs.map((text) => `${text}\0`).join('')}\0`
  return int32(content.length + 4) + content
}
export const sslRequest = int32(8) + int32(80_877_103)
export const cancelRequest = int32(16) + int32(80_877_102) + int32(7) + int32(0x12345678)
export const query = (text: string): string => message('Q', `${text}\0`)
export const parse = (name: string, text: string, ...types: number[]): string =>
  message('P', `${name}\0${text}\0${int16(types.length)}${types.map(int32).join('')}`)
export const bind = (
  portal: string,
  statement: string,
  values: (string | null)[],
  formats: number[] = [],
  results: number[] = [],
): string =>
  message(
    'B',
    `${portal}\0${statement}\0${int16(formats.length)}${formats.map(int16).join('')}${int16(values.length)}${values.map(value).join('')}${int16(results.length)}${results.map(int16).join('')}`,
  )
export const describePortal = (name: string): string => message('D', `P${name}\0`)
export const describeStatement = (name: string): string => message('D', `S${name}\0`)
export const execute = (portal: string, most = 0): string => message('E', `${portal}\0${int32(most)}`)
export const closeStatement = (name: string): string => message('C', `S${name}\0`)
export const sync = message('S')
export const flush = message('H')
export const password = (secret: string): string => message('p', `${secret}\0`)
export const copyData = (text: string): string => message('d', text)
export const copyDone = message('c')
export const copyFail = (text: string): string => message('f', `${text}\0`)
export const functionCall = (oid: number, ...values: string[]): string =>
  message('F', `${int32(oid)}${int16(0)}${int16(values.length)}${values.map(value).join('')}${int16(0)}`)
export const terminate = message('X')

export const authentication = (code: number, rest = ''): string => message('R', int32(code) + rest)
export const parameterStatus = (name: string, text: string): string => message('S', `${name}\0${text}\0`)
export const keyData = message('K', int32(7) + int32(0x12345678))
export const ready = (status: 'I' | 'T' | 'E' = 'I'): string => message('Z', status)
export const columns = (...list: [string, number, number?][]): string =>
  message(
    'T',
    int16(list.length) +
      list
        .map(([name, type, format = 0]) => `${name}\0${int32(0)}${int16(0)}${int32(type)}${int16(4)}${int32(-1)}${int16(format)}`)
        .join(''),
  )
export const row = (...values: (string | null)[]): string => message('D', int16(values.length) + values.map(value).join(''))
export const tag = (text: string): string => message('C', `${text}\0`)
export const error = (code: string, text: string): string => message('E', `SERROR\0C${code}\0M${text}\0\0`)
export const notice = (text: string): string => message('N', `SNOTICE\0C00000\0M${text}\0\0`)
export const notification = (channel: string, payload: string): string => message('A', `${int32(7)}${channel}\0${payload}\0`)
export const parseComplete = message('1')
export const bindComplete = message('2')
export const closeComplete = message('3')
export const noData = message('n')
export const parameterTypes = (...types: number[]): string => message('t', int16(types.length) + types.map(int32).join(''))
export const suspended = message('s')
export const empty = message('I')
export const copyIn = message('G', `\0${int16(1)}${int16(0)}`)
export const copyOut = message('H', `\0${int16(1)}${int16(0)}`)
export const functionResult = (text: string): string => message('V', value(text))
