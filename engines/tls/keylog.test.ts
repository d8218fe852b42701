import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUtf8 } from '../bytes/text.ts'
import { corpusBytes, corpusFiles, hasCorpus } from '../pcap/corpus.case.ts'
import { type KeyLogLine, KeyLogReader, writeLine } from './keylog.ts'
import { KnownSecrets, keyLogOf } from './known-secrets.ts'

const [random, other] = ['5a'.repeat(32), 'a5'.repeat(32)]
const premaster = '0102030405060708'
const [master, traffic] = ['c3'.repeat(48), '0f'.repeat(32)]

const readPieces = (pieces: Uint8Array[]): { lines: KeyLogLine[]; wrong: [number, string][] } => {
  const [lines, wrong]: [KeyLogLine[], [number, string][]] = [[], []]
  const reader = new KeyLogReader({ line: (line) => lines.push(line), malformed: (number, reason) => wrong.push([number, reason]) })
  for (const piece of pieces) reader.receive(piece)
  reader.end()
  return { lines, wrong }
}
const read = (text: string): ReturnType<typeof readPieces> => readPieces([fromUtf8(text)])

const LOG = `# a comment

CLIENT_RANDOM ${random} ${master}\r
CLIENT_TRAFFIC_SECRET_0\t${other.toUpperCase()}  ${traffic}
SERVER_HANDSHAKE_TRAFFIC_SECRET ${other} ${master}
RSA ${premaster} ${master}
EXPORTER_SECRET ${other} ${traffic}`

describe('a key log', () => {
  it('is read but for comments and blank lines', () => {
    expect(read(LOG)).toEqual({
      lines: [
        { label: 'CLIENT_RANDOM', clientRandom: random, secret: master },
        { label: 'CLIENT_TRAFFIC_SECRET_0', clientRandom: other, secret: traffic },
        { label: 'SERVER_HANDSHAKE_TRAFFIC_SECRET', clientRandom: other, secret: master },
        { label: 'RSA', clientRandom: premaster, secret: master },
        { label: 'EXPORTER_SECRET', clientRandom: other, secret: traffic },
      ],
      wrong: [],
    })
  })

  it('reads the same however it is cut', () => {
    const bytes = fromUtf8(LOG)
    for (let at = 0; at <= bytes.length; at++) expect(readPieces([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(read(LOG))
  })

  it.each([
    ['CLIENT_RANDOM', 'a line is a label, a client random and a secret, and this has one part'],
    [`CLIENT_RANDOM ${random}`, 'a line is a label, a client random and a secret, and this has 2 parts'],
    [`CLIENT_RANDOM ${random} ${master} x`, 'a line is a label, a client random and a secret, and this has 4 parts'],
    [`CLIENT_RANDOM ${random}00 ${master}`, 'the client random is not 64 hex digits'],
    [`CLIENT_RANDOM ${'x'.repeat(64)} ${master}`, 'the client random is not 64 hex digits'],
    [`CLIENT_RANDOM ${random} ${traffic}`, 'a master secret is 96 hex digits'],
    [`CLIENT_RANDOM ${random} ${'g'.repeat(96)}`, 'the secret is not in hex digits'],
    [`CLIENT_TRAFFIC_SECRET_0 ${random} 00`, 'a secret of TLS 1.3 is 64, 96 or 128 hex digits'],
    [`CLIENT_SECRET ${random} ${master}`, 'the label is none that a key log has for TLS'],
    [`RSA ${random} ${master}`, 'the beginning of an encrypted premaster secret is not 16 hex digits'],
    [`RSA 010203040506070g ${master}`, 'the beginning of an encrypted premaster secret is not 16 hex digits'],
    [`RSA ${premaster} ${traffic}`, 'a premaster secret is 96 hex digits'],
    ['A'.repeat(5000), 'the line is longer than 1024 bytes'],
  ])('with a wrong line tells which, and uses the others: %s', (line, reason) => {
    const { lines, wrong } = read(`# first\n${line}\nCLIENT_RANDOM ${random} ${master}\n`)
    expect(wrong).toEqual([[2, reason]])
    expect(lines).toHaveLength(1)
  })

  it('never shows what a wrong line has, which may be a secret', () => {
    const { wrong } = read(`CLIENT_RANDOM ${random} ${master}c3\n${master}\n`)
    expect(JSON.stringify(wrong)).not.toMatch(/c3c3|5a5a/)
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }), (pieces) => readPieces(pieces).lines.length === 0))
  })

  it('is read again as it was written', () => {
    const line = { label: 'SERVER_TRAFFIC_SECRET_12', clientRandom: random, secret: traffic }
    expect(read(`${writeLine(line)}\n`).lines).toEqual([line])
  })
})

describe('known secrets', () => {
  it('are joined by client random, and written as a key log', () => {
    const known = new KnownSecrets()
    const { lines } = read(LOG)
    expect(lines.map((line) => known.add(line))).toEqual(Array(5).fill(true))
    expect(lines.map((line) => known.add(line))).toEqual(Array(5).fill(false))
    expect(known.find(other)).toEqual({
      CLIENT_TRAFFIC_SECRET_0: traffic,
      SERVER_HANDSHAKE_TRAFFIC_SECRET: master,
      EXPORTER_SECRET: traffic,
    })
    expect(read(keyLogOf(other, known.find(other)!)).lines).toEqual(lines.filter(({ clientRandom }) => clientRandom === other))
    expect(known.find(premaster)).toEqual({ RSA: master })
    expect(known.find('00'.repeat(32))).toBeUndefined()
  })

  it('forget the sessions that were told of longest ago', () => {
    const known = new KnownSecrets(2)
    for (const name of ['aa', 'bb', 'aa', 'cc']) known.add({ label: 'CLIENT_RANDOM', clientRandom: name, secret: master })
    expect([known.size, known.find('bb')]).toEqual([2, undefined])
    for (let i = 0; i < 1000; i++) known.add({ label: `CLIENT_TRAFFIC_SECRET_${i}`, clientRandom: 'aa', secret: traffic })
    expect(Object.keys(known.find('aa')!)).toHaveLength(64)
  })
})

describe.skipIf(!hasCorpus)('key logs of others', () => {
  const logs = hasCorpus ? corpusFiles('files').filter((path) => /key[-_]?log|\.keys$/.test(path)) : []
  it.each(logs)('%s', (path) => {
    const { lines, wrong } = readPieces([corpusBytes(path)])
    expect(lines.length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })
})
