import { describe, expect, it } from 'vitest'
import { play } from '../http/script.case.ts'
import { grpcText } from './text.ts'

const frame = (flags: number, text: string) => {
  const head = Buffer.from([flags, 0, 0, 0, 0])
  head.writeUInt32BE(text.length, 1)
  return Buffer.concat([head, Buffer.from(text, 'latin1')])
}
const TRAILERS = 'grpc-status: 5\r\ngrpc-message: no%20cart\r\n'
const web = (type: string, request: Buffer, response: Buffer) => {
  const post = `POST /shop.Cart/Get HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${request.length}\r\n\r\n`
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${response.length}\r\n\r\n`
  return play([{ client: Buffer.concat([Buffer.from(post), request]) }, { server: Buffer.concat([Buffer.from(answer), response]) }])[0]
}

describe('gRPC-Web over HTTP/1', () => {
  const request = frame(0, '\x0a\x03abc')
  const response = [frame(0, '\x08\x01'), frame(0x80, TRAILERS)]
  const base64 = (bytes: Buffer) => Buffer.from(bytes.toString('base64'))
  const cases: [string, Buffer, Buffer][] = [
    ['application/grpc-web+proto', request, Buffer.concat(response)],
    ['application/grpc-web-text', base64(request), Buffer.concat(response.map(base64))],
  ]
  it.each(cases)('%s', (type, asked, answered) => {
    const { fields, outcome, messages, action } = web(type, asked, answered)
    expect(fields!.rpc).toEqual({
      ...{ system: 'grpc', service: 'shop.Cart', method: 'Get' },
      grpc: { status_code: 5, status: 'NOT_FOUND', message: 'no cart' },
    })
    expect([outcome, action, messages!.map(({ direction, bytes }) => [direction, bytes])]).toEqual([
      ...[
        'failure',
        'Get',
        [
          ['request', 5],
          ['response', 2],
        ],
      ],
    ])
  })

  it('leaves other calls alone', () => {
    expect(web('application/json', request, request).fields).toBeUndefined()
    expect(web('application/grpcx', request, request).fields).toBeUndefined()
  })
})

describe('a body as text', () => {
  it.each([
    [frame(0, '\x0a\x03abc\x10\x96\x01'), '# message 1, 8 bytes\n1: "abc"\n2: 150'],
    [frame(1, 'zzz'), '# message 1, 3 bytes, compressed'],
    [frame(0, 'abcdef').subarray(0, 8), '# message 1, 6 bytes, cut'],
    [frame(0x80, TRAILERS), `# trailers\n${TRAILERS.trimEnd()}`],
    [frame(0, '\xff'), '# message 1, 1 bytes\n(not protobuf)'],
    [Buffer.from('hello, this is text'), undefined],
  ])('%#', (bytes, text) => expect(grpcText(bytes)).toBe(text))
})
