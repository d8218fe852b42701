import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange, HttpMessage } from '#engines/http/facts.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { ProtocolStreams } from '#engines/protocols/streams.ts'
import { TcpTable } from '#engines/tcp/table.ts'

const CORPUS = new URL('../../shared/corpus/', import.meta.url)
const there = existsSync(new URL('manifest.json', CORPUS))
if (!there) console.log('corpus-http2.test.ts: skipped, ../shared/corpus is not there')

interface Side {
  headers?: [string, string][]
  trailers?: [string, string][]
  body_length?: number
  body_sha256?: string
}
interface Oracle {
  http2: { stream_id: number; request?: Side; response?: Side }[]
  tls: unknown[]
}

const codecs = await loadCodecs()

const analyse = (bytes: Uint8Array): HttpExchange[] => {
  const found: HttpExchange[] = []
  const sink = { exchange: (_: unknown, exchange: HttpExchange) => void found.push(exchange), call: () => undefined }
  const table = new TcpTable(new ProtocolStreams(sink, codecs, { keepBody: 1_000_000 }))
  const decoder = new PacketDecoder(new Fragments())
  const reader = new CaptureReader({ packet: (...packet) => table.packet(decoder.decode(...packet)) })
  reader.receive(bytes)
  reader.end()
  table.flush()
  return found
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const without = (lines: string[], others: string[]): string[] => lines.filter((line) => !others.includes(line))
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Method and path, or status, all headers and trailers, and the body by length and hash. */
const ours = (message: HttpMessage | undefined): string => {
  if (message === undefined) return '-'
  const head = [...message.headers, ...message.trailers].map((text) => Buffer.from(text, 'latin1').toString())
  return `${head.join('|')} ${message.body.bytes} ${message.body.sha256 ?? sha256(message.body.content ?? new Uint8Array(0))}`
}

/** A header of an unknown index has no value in the oracle; here it has none that is known. */
const theirs = (side: Side | undefined): string => {
  if (side === undefined) return '-'
  const head = [...(side.headers ?? []), ...(side.trailers ?? [])].flatMap(([name, value]) =>
    name === '<unknown>' ? ['?', value || '?'] : [name, value],
  )
  return `${head.join('|')} ${side.body_length ?? 0} ${side.body_sha256 ?? EMPTY}`
}

/** Where tshark and we differ, and why: exchanges that only we have, and that only tshark has. */
const explained: Record<string, { why: string; ours: number; tsharks: number }> = {
  'deepflow/flow_generator/http/grpc-server-stream.pcap': {
    why: 'of five frames of DATA and the trailers tshark shows the first two',
    ours: 1,
    tsharks: 1,
  },
  'deepflow/flow_generator/http/grpc-unary.pcap': {
    why: 'the capture ends within a frame of DATA: tshark leaves out what there is of it',
    ours: 1,
    tsharks: 1,
  },
}

describe.skipIf(!there)('the corpus over HTTP/2 in the clear', () => {
  const captures = [
    ...[
      'grpc-segmented',
      'grpc-server-stream',
      'grpc-service-name',
      'grpc-unary',
      'grpc-unknown',
      'h2c_ascii',
      'http2-multi',
      'httpv2-stream-id',
    ].map((name) => `deepflow/flow_generator/http/${name}.pcap`),
    ...['made-tls/grpc-cleartext.pcap', 'made-tls/h2-cleartext.pcap', 'ndpi/pcap/http2.pcapng'],
  ]
  it.each(captures)('%s', (path) => {
    const oracle = JSON.parse(readFileSync(new URL(`oracle/${path}.tshark.json`, CORPUS), 'utf8')) as Oracle
    const exchanges = analyse(readFileSync(new URL(`files/${path}`, CORPUS)))
    const read = exchanges.map(({ request, response }) => `${ours(request)} > ${ours(response)}`)
    const expected = oracle.http2.map(({ request, response }) => `${theirs(request)} > ${theirs(response)}`)
    const { ours: more, tsharks: less } = explained[path] ?? { ours: 0, tsharks: 0 }
    const alone = without(read, expected)
    const missed = without(expected, read)
    expect([alone.length, missed.length], [...alone, '---', ...missed].join('\n')).toEqual([more, less])
  })
})
