import { Decoder, Encoder } from 'cbor-x'
import { type Static, Type } from 'typebox'
import { Bytes, type Codec, defineEvent, InvalidEvent } from './define.ts'

const Endpoint = Type.Object({ ip: Type.String(), port: Type.Integer() })

/** What the protocol functions need to know of a connection; given once in each event that speaks of it. */
const StreamConnection = Type.Object({
  key: Type.String({ description: 'Stable while the connection is open' }),
  id: Type.String(),
  transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
  peerKey: Type.Optional(Type.String()),
  client: Endpoint,
  server: Endpoint,
  clientKnownBy: Type.Union([Type.Literal('syn'), Type.Literal('data'), Type.Literal('port')]),
  start: Type.Number(),
})

/** `open`, `data`, `gap`, `end`, `close`: the calls of a StreamSink, in their order. The first number is the connection's place in `connections`. */
const Fact = Type.Union([
  Type.Tuple([Type.Literal('open'), Type.Integer()]),
  Type.Tuple([Type.Literal('data'), Type.Integer(), Type.Integer(), Bytes(), Type.Number()]),
  Type.Tuple([Type.Literal('gap'), Type.Integer(), Type.Integer(), Type.Integer(), Type.Number(), Type.String()]),
  Type.Tuple([Type.Literal('end'), Type.Integer(), Type.Integer(), Type.Number()]),
  Type.Tuple([Type.Literal('close'), Type.Integer(), Type.Number()]),
])

const StreamAdvanced = Type.Object({
  agent: Type.String(),
  lane: Type.String(),
  sequence: Type.Integer({ minimum: 1 }),
  at: Type.Number({ description: 'Capture time at the end, µs since 1970' }),
  ended: Type.Optional(Type.Boolean({ description: 'The capture of this lane is at its end: nothing is worth waiting for' })),
  connections: Type.Array(StreamConnection),
  facts: Type.Array(Fact),
})
export type StreamConnection = Static<typeof StreamConnection>
export type StreamFact = Static<typeof Fact>
export type StreamAdvanced = Static<typeof StreamAdvanced>

const encoder = new Encoder({ tagUint8Array: false, useRecords: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })

/** CBOR (RFC 8949), plain maps and byte strings: any reader opens it. */
const cbor = <Data>(): Codec<Data> => ({
  contentType: 'application/cbor',
  encode: (data) => encoder.encode(data),
  decode: (bytes) => {
    try {
      return decoder.decode(bytes) as Data
    } catch (error) {
      throw new InvalidEvent(`the body is not CBOR: ${(error as Error).message}`)
    }
  },
})

/** The streams of a lane's connections went on: bytes in order, gaps, ends. `sequence` is that of the packets it was made from. */
export const streamAdvanced = defineEvent<typeof StreamAdvanced, StreamAdvanced>({
  type: 'stream.advanced.v1',
  summary: 'The byte streams of the connections in a lane went on',
  schema: StreamAdvanced,
  codec: cbor<StreamAdvanced>(),
  example: {
    agent: 'web-1.k3f9',
    lane: 'web-1.k3f9/3',
    sequence: 118,
    at: 1767607200002300,
    connections: [
      {
        key: '10.1.0.4:40112>10.2.0.7:80',
        id: '00112233445566778899aabbccddeeff',
        transport: 'tcp',
        client: { ip: '10.1.0.4', port: 40112 },
        server: { ip: '10.2.0.7', port: 80 },
        clientKnownBy: 'syn',
        start: 1767607200000000,
      },
    ],
    facts: [
      ['open', 0],
      ['data', 0, 0, new TextEncoder().encode('GET / HTTP/1.1\r\nHost: shop\r\n\r\n'), 1767607200000400],
      ['data', 0, 1, new TextEncoder().encode('HTTP/1.1 204 No Content\r\n\r\n'), 1767607200002100],
      ['end', 0, 1, 1767607200002200],
      ['close', 0, 1767607200002300],
    ],
  },
})
