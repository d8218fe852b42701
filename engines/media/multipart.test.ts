import { describe, expect, it } from 'vitest'
import { readMultipart } from './multipart.ts'

describe('multipart', () => {
  const encode = (text: string) => new TextEncoder().encode(text)
  const read = (text: string, type = 'multipart/form-data; boundary="a b"') =>
    readMultipart(encode(text), type)?.map(({ name, file, body, cut, headers }) => [
      name,
      file,
      new TextDecoder().decode(body),
      cut,
      headers.length,
    ])
  it.each([
    [
      'preamble\r\n--a b\r\nContent-Disposition: form-data; name="x \\"y\\""\r\n\r\n1\r\n--a b\r\nContent-Disposition: form-data;\r\n name=f; filename="é.bin"\r\nContent-Type: a/b\r\n\r\n\r\nx\r\n\r\n--a b--\r\nepilogue',
      [
        ['x "y"', undefined, '1', false, 1],
        ['f', 'é.bin', '\r\nx\r\n', false, 2],
      ],
    ],
    ['--a b\n\nno headers\n--a b--', [[undefined, undefined, 'no headers', false, 0]]],
    ['--a b\r\nX: y\r\n\r\ncut he', [[undefined, undefined, 'cut he', true, 1]]],
    ['--a b--', []],
    ['nothing of it', undefined],
  ])('%j', (text, parts) => expect(read(text)).toEqual(parts))
  it('needs a boundary', () => expect(read('--a', 'multipart/mixed')).toBeUndefined())
  it.each(['-', '--', '--a b\n', '--a b\n\n--a b', '\r\n'])('many %j take no time and no room', (part) => {
    const hard = encode(part.repeat(1_000_000 / part.length))
    const began = process.cpuUsage()
    expect(readMultipart(hard, 'multipart/mixed; boundary="a b"')?.length ?? 0).toBeLessThanOrEqual(1000)
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000)
  })
})
