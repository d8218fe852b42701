import { brotliCompressSync, deflateSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { fromHex } from '../../bytes/hex.ts'
import { HandshakeFraming } from './framing.ts'
import { type Context, type HandshakeMessage, readMessage, TYPES } from './messages.ts'

const { decoder } = await loadCodecs()
const TLS12: Context = { version: 0x0303, keyExchange: 'ecdhe', decoder }
const TLS13: Context = { version: 0x0304, keyExchange: 'any', decoder }

const bytesOf = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? fromHex(part.replace(/\s/g, ''))! : part)))
const vector = (size: number, ...parts: (string | Uint8Array)[]): Uint8Array => {
  const content = bytesOf(...parts)
  return bytesOf(content.length.toString(16).padStart(2 * size, '0'), content)
}
const extension = (type: string, ...content: (string | Uint8Array)[]): Uint8Array => bytesOf(type, vector(2, ...content))
const text = (value: string): Uint8Array => Buffer.from(value)
const read = (type: number, body: Uint8Array, context = TLS13): HandshakeMessage => readMessage(type, body, 0, body.length, context)

const RANDOM = 'ab'.repeat(32)
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

const hello = (...extensions: Uint8Array[]): Uint8Array =>
  bytesOf('0303', RANDOM, vector(1, '0102'), vector(2, '0a0a 1301 c02f 00ff'), vector(1, '00'), vector(2, ...extensions))

const EXTENSIONS = [
  extension('1a1a'),
  extension('0000', vector(2, '00', vector(2, text('shop.example')))),
  extension('000a', vector(2, '2a2a 11ec 001d')),
  extension('000b', vector(1, '00')),
  extension('000d', vector(2, '0403 0804')),
  extension('0010', vector(2, vector(1, text('h2')), vector(1, text('http/1.1')))),
  extension('0016'),
  extension('0017'),
  extension('0023', 'aabbcc'),
  extension('002a'),
  extension('002b', vector(1, '3a3a 0304 0303')),
  extension('002d', vector(1, '01')),
  extension('0033', vector(2, '2a2a', vector(2, '00'), '001d', vector(2, 'cc'.repeat(32)))),
  extension('ff01', vector(1)),
  extension('fe0d', '00'),
  extension('0029', vector(2, vector(2, 'dddd'), '00000001'), vector(2, vector(1, 'ee'.repeat(32)))),
]

describe('a ClientHello', () => {
  it('says all that it offers, in order', () => {
    expect(read(TYPES.clientHello, hello(...EXTENSIONS))).toEqual({
      kind: 'client hello',
      legacyVersion: 0x0303,
      random: RANDOM,
      sessionId: '0102',
      suites: [0x0a0a, 0x1301, 0xc02f, 0x00ff],
      compressions: [0],
      extensions: [0x1a1a, 0, 10, 11, 13, 16, 22, 23, 35, 42, 43, 45, 51, 0xff01, 0xfe0d, 41],
      serverName: 'shop.example',
      groups: [0x2a2a, 0x11ec, 29],
      pointFormats: [0],
      signatureAlgorithms: [0x0403, 0x0804],
      alpn: ['h2', 'http/1.1'],
      encryptThenMac: true,
      extendedMasterSecret: true,
      sessionTicket: 3,
      earlyData: true,
      versions: [0x3a3a, 0x0304, 0x0303],
      pskModes: [1],
      keyShares: [0x2a2a, 29],
      renegotiation: '',
      encryptedHello: true,
      psk: { identities: 1, binders: 1 },
      malformed: undefined,
    })
  })

  it('may have no extensions at all', () => {
    const body = bytesOf('0301', RANDOM, '00', vector(2, '0005'), vector(1, '00'))
    expect(read(TYPES.clientHello, body)).toMatchObject({ legacyVersion: 0x0301, suites: [5], extensions: [], malformed: undefined })
  })

  it('that is cut says where, and what came before', () => {
    const body = hello(...EXTENSIONS)
    for (let end = 0; end < body.length; end++) {
      const found = read(TYPES.clientHello, body.subarray(0, end))
      const bare = end === 49 // what a hello without extensions ends with
      expect([end, found.malformed?.code]).toEqual([end, bare ? undefined : 'cut'])
      expect(found.malformed?.offset ?? 0).toBeLessThanOrEqual(end)
    }
    expect(read(TYPES.clientHello, body.subarray(0, 60))).toMatchObject({ random: RANDOM, suites: [0x0a0a, 0x1301, 0xc02f, 0x00ff] })
  })

  it('with a wrong extension still has those behind it', () => {
    const body = hello(extension('0010', '0009', vector(1, text('h2'))), extension('0000', vector(2, '00', vector(2, text('a.example')))))
    expect(read(TYPES.clientHello, body)).toMatchObject({ serverName: 'a.example', malformed: { code: 'cut' } })
  })

  it('has lists of bounded length', () => {
    const body = bytesOf('0303', RANDOM, '00', vector(2, '1301'.repeat(32_000)), vector(1, '00'))
    expect(read(TYPES.clientHello, body)).toMatchObject({ suites: new Array(1024).fill(0x1301), malformed: undefined })
  })
})

describe('a ServerHello', () => {
  const body = (random: string, ...extensions: Uint8Array[]): Uint8Array =>
    bytesOf('0303', random, vector(1), '1301 00', vector(2, ...extensions))

  it('says the version that was chosen', () => {
    const found = read(
      TYPES.serverHello,
      body(RANDOM, extension('002b', '0304'), extension('0033', '001d', vector(2, 'cc')), extension('0029', '0000')),
    )
    expect(found).toMatchObject({ version: 0x0304, retry: false, keyShares: [29], selectedPsk: 0, suite: 0x1301, malformed: undefined })
    expect(read(TYPES.serverHello, body(RANDOM))).toMatchObject({ version: 0x0303 })
  })

  it('is a request for another hello by its random', () => {
    const found = read(
      TYPES.serverHello,
      body(RETRY, extension('002b', '0304'), extension('0033', '0018'), extension('002c', vector(2, 'aa'))),
    )
    expect(found).toMatchObject({ retry: true, keyShares: [24], cookie: 1, malformed: undefined })
  })
})

describe('certificates', () => {
  const [one, two] = [bytesOf('3001aa'), bytesOf('3002bbbb')]
  const list13 = bytesOf(vector(1), vector(3, vector(3, one), vector(2, extension('0005', '01')), vector(3, two), vector(2)))

  it('are a plain list before TLS 1.3, and have extensions since', () => {
    expect(read(TYPES.certificate, vector(3, vector(3, one), vector(3, two)), TLS12)).toMatchObject({
      certificates: [one, two],
      malformed: undefined,
    })
    expect(read(TYPES.certificate, list13)).toMatchObject({
      certificates: [one, two],
      stapled: true,
      timestamps: false,
      malformed: undefined,
    })
  })

  it.each([
    [1, deflateSync(list13)],
    [2, brotliCompressSync(list13)],
    [3, zstdCompressSync(list13)],
  ])('are decompressed: algorithm %i', (algorithm, packed) => {
    const body = (length: number): Uint8Array => bytesOf(`000${algorithm}`, length.toString(16).padStart(6, '0'), vector(3, packed))
    expect(read(TYPES.compressedCertificate, body(list13.length))).toMatchObject({
      certificates: [one, two],
      compression: algorithm,
      malformed: undefined,
    })
    for (const wrong of [list13.length - 1, list13.length + 1, 0])
      expect(read(TYPES.compressedCertificate, body(wrong))).toMatchObject({ certificates: [], malformed: { code: 'bad-compression' } })
    expect(read(TYPES.compressedCertificate, body(0xffffff))).toMatchObject({ malformed: { code: 'too-long' } })
  })

  it('compressed in an unknown way are told to be', () => {
    expect(read(TYPES.compressedCertificate, bytesOf('0009 000001', vector(3, 'aa')))).toMatchObject({
      malformed: { code: 'unknown-compression' },
    })
  })
})

describe('other messages', () => {
  it.each<[string, number, Context, Uint8Array, object]>([
    [
      'of ECDHE',
      TYPES.serverKeyExchange,
      TLS12,
      bytesOf('03 001d', vector(1, 'aa'), '0804', vector(2, 'bb')),
      { group: 29, signatureAlgorithm: 0x0804 },
    ],
    [
      'of ECDHE in TLS 1.0',
      TYPES.serverKeyExchange,
      { ...TLS12, version: 0x0301 },
      bytesOf('03 0017', vector(1, 'aa'), vector(2, 'bb')),
      { group: 23 },
    ],
    [
      'of DHE',
      TYPES.serverKeyExchange,
      { ...TLS12, keyExchange: 'dhe' },
      bytesOf(vector(2, `00${'80'.padEnd(256, '0')}`), vector(2, '02'), vector(2, 'aa'), '0401', vector(2, 'bb')),
      { primeBits: 1024, signatureAlgorithm: 0x0401 },
    ],
    [
      'without signature',
      TYPES.serverKeyExchange,
      { ...TLS12, keyExchange: 'ecdhe-psk' },
      bytesOf(vector(2, 'aa'), '03 001d', vector(1, 'aa')),
      { group: 29 },
    ],
    ['of an unknown kind', TYPES.serverKeyExchange, { ...TLS12, keyExchange: undefined }, bytesOf('010203'), { group: undefined }],
    ['a ticket of TLS 1.2', TYPES.newSessionTicket, TLS12, bytesOf('00001c20', vector(2, 'aabb')), { lifetime: 7200, length: 2 }],
    [
      'a ticket of TLS 1.3',
      TYPES.newSessionTicket,
      TLS13,
      bytesOf('00000e10 01020304', vector(1, '00'), vector(2, 'aabbcc'), vector(2, extension('002a', '00004000'))),
      { lifetime: 3600, length: 3, maximumEarlyData: 16_384 },
    ],
    ['a change of key', TYPES.keyUpdate, TLS13, bytesOf('01'), { requested: true }],
    ['a signature', TYPES.certificateVerify, TLS13, bytesOf('0403', vector(2, 'aa')), { algorithm: 0x0403 }],
    [
      'a request of TLS 1.2',
      TYPES.certificateRequest,
      TLS12,
      bytesOf(vector(1, '0140'), vector(2, '0403'), vector(2, vector(2, 'aa'))),
      { certificateTypes: [1, 64], authorities: 1 },
    ],
    [
      'a request of TLS 1.3',
      TYPES.certificateRequest,
      TLS13,
      bytesOf(vector(1), vector(2, extension('000d', vector(2, '0403')))),
      { signatureAlgorithms: [0x0403] },
    ],
    ['an OCSP response', TYPES.certificateStatus, TLS12, bytesOf('01', vector(3, 'aabb')), { length: 2 }],
    [
      'what was agreed',
      TYPES.encryptedExtensions,
      TLS13,
      vector(2, extension('0010', vector(2, vector(1, text('h2')))), extension('002a')),
      { alpn: ['h2'], earlyData: true },
    ],
    ['the end', TYPES.finished, TLS13, bytesOf('aabb'), { verifyData: 'aabb' }],
    ['no content', TYPES.serverHelloDone, TLS12, bytesOf(''), { kind: 'server hello done' }],
    ['an unknown type', 99, TLS13, bytesOf('aabb'), { kind: 'other', type: 99, length: 2 }],
  ])('%s', (_name, type, context, body, wanted) => {
    expect(read(type, body, context)).toMatchObject({ ...wanted, malformed: undefined })
  })

  it.each([
    [TYPES.keyUpdate, '02', 'bad-value'],
    [TYPES.keyUpdate, '0000', 'trailing-bytes'],
    [TYPES.serverHelloDone, '00', 'trailing-bytes'],
    [TYPES.certificate, '00000004', 'cut'],
  ])('of type %i that are wrong say so: %s', (type, body, code) => expect(read(type, bytesOf(body)).malformed?.code).toBe(code))

  it('never throw, whatever the bytes', () => {
    const context = fc.record({
      version: fc.constantFrom(0, 0x0300, 0x0301, 0x0303, 0x0304),
      keyExchange: fc.constantFrom('dhe' as const, 'ecdhe' as const, 'dhe-psk' as const, undefined),
      decoder: fc.constant(decoder),
    })
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 400 }), context, (type, body, from) => {
        expect(readMessage(type, body, 0, body.length, from).kind).toBeTypeOf('string')
      }),
      { numRuns: 3000 },
    )
    const whole = hello(...EXTENSIONS)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const body = Uint8Array.from(whole)
        for (const [at, value] of changes) body[at] = value
        const found = read(TYPES.clientHello, body)
        expect(found.malformed?.offset ?? 0).toBeLessThanOrEqual(body.length)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('framing', () => {
  const messages = [bytesOf('14', vector(3, 'aabb')), bytesOf('0e000000'), bytesOf('01', vector(3, 'cc'.repeat(700)))]
  const stream = bytesOf(...messages)
  const framed = (framing: HandshakeFraming, bytes: Uint8Array, found: Uint8Array[]): void =>
    framing.receive(bytes, 0, bytes.length, ({ bytes, whole, end }) => found.push(Uint8Array.from(bytes.subarray(whole, end))))

  it('finds the same messages however they are cut, and after a restart', () => {
    for (let at = 0; at <= stream.length; at++) {
      const found: Uint8Array[] = []
      const first = new HandshakeFraming()
      framed(first, stream.subarray(0, at), found)
      const second = new HandshakeFraming()
      second.load(structuredClone(first.save()))
      framed(second, stream.subarray(at), found)
      expect(found.map((message) => Buffer.from(message))).toEqual(messages.map((message) => Buffer.from(message)))
      expect(second.idle).toBe(true)
    }
  })

  it('finds them byte by byte', () => {
    const framing = new HandshakeFraming()
    const found: Uint8Array[] = []
    for (const byte of stream) framed(framing, Uint8Array.of(byte), found)
    expect(found.map(({ length }) => length)).toEqual(messages.map(({ length }) => length))
  })

  it('keeps nothing of a message that no honest peer sends', () => {
    const framing = new HandshakeFraming()
    framed(framing, bytesOf('0bffffff', 'aa'.repeat(1000)), [])
    expect([framing.broken, framing.save().kept.length]).toEqual([true, 0])
  })

  it('loses what was begun, until it is told where messages begin', () => {
    const framing = new HandshakeFraming()
    const found: Uint8Array[] = []
    framed(framing, messages[2].subarray(0, 100), found)
    framing.lose()
    framed(framing, stream, found)
    expect(found).toEqual([])
    framing.reset()
    framed(framing, stream, found)
    expect(found).toHaveLength(3)
  })
})
