import { execFile, execFileSync } from 'node:child_process'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { startProxy } from '../protocols/proxy.case.ts'
import { ProtocolStreams } from '../protocols/streams.ts'
import { connectionWith, quietSide } from '../tcp/connection.case.ts'
import { micros } from '../time.ts'
import { inShort, type Piece } from './record.case.ts'

const codecs = await loadCodecs()
const connection = () =>
  connectionWith({ server: { ip: '10.0.0.2', port: 7777 }, sides: [quietSide({ fin: true }), quietSide({ fin: true })] })

/** What is read of a whole connection, its protocol found out. */
const read = (pieces: readonly Piece[]): string[] => {
  const found: HttpExchange[] = []
  const streams = new ProtocolStreams({ exchange: (_, exchange) => void found.push(exchange), call: () => undefined }, codecs)
  const one = connection()
  streams.open(one)
  pieces.forEach(({ side, bytes }, at) => void streams.data(one, side, bytes, 0, bytes.length, micros(at)))
  streams.close(one, micros(pieces.length))
  return [streams.protocol(one) ?? '-', ...found.map(inShort)]
}
const EMPTY = 'e3b0c442'

describe('a connection upgraded from HTTP/1 (RFC 7540 section 3.2)', () => {
  it('answers on stream 1 the request that asked for it', () => {
    const request = 'GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n'
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
    const settings = '\0\0\0\x04\0\0\0\0\0'
    const pieces: Piece[] = [
      { side: 0, bytes: Buffer.from(request) },
      { side: 1, bytes: Buffer.from(`${answer}${settings}\0\0\x01\x01\x04\0\0\0\x01\x88`, 'latin1') },
      { side: 0, bytes: Buffer.from(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${settings}`, 'latin1') },
      { side: 1, bytes: Buffer.from('\0\0\x02\0\x01\0\0\0\x01ok', 'latin1') },
    ]
    expect(read(pieces)).toEqual([
      'h2',
      `0 complete: GET /up 0 ${EMPTY} > 101 0 ${EMPTY} `,
      `-${answer.length + 1} complete: GET /up 0 ${EMPTY} > 200 2 2689367b  request-in-http-1`,
    ])
  })
})

const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version']).includes('HTTP2')
  } catch {
    return false
  }
})()
if (!hasCurl) console.log('upgrade.test.ts: curl left out, there is none that speaks HTTP/2')

describe.skipIf(!hasCurl)('curl', () => {
  it('with prior knowledge: a body and its answer', async () => {
    const server = http2.createServer((request, response) => request.pipe(response))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const proxy = await startProxy({ port: (server.address() as AddressInfo).port })
    const url = `http://127.0.0.1:${proxy.port}`
    await promisify(execFile)('curl', ['-s', '--http2-prior-knowledge', '-d', 'ok', `${url}/one`])
    await proxy.close()
    server.close()
    const [protocol, ...found] = read(proxy.pieces)
    expect(protocol).toBe('h2')
    expect(found.map((line) => line.replace(/^\d+ | reset-by-server-no-error/g, '').trim())).toEqual([
      'complete: POST /one 2 2689367b > 200 2 2689367b',
    ])
  })
})
