import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../bytes/text.ts'
import { KeyLogReader } from '../tls/keylog.ts'
import { corpusBytes, corpusPath, hasCorpus } from './corpus.case.ts'
import { TLS_KEY_LOG } from './format.ts'
import { CaptureReader } from './reader.ts'
import { SectionWriter } from './writer.ts'

const hasTools = ['tshark', 'editcap'].every((tool) => spawnSync(tool, ['--version']).status === 0)
if (!hasTools) console.log('skipped: what needs tshark and editcap, which are not installed')

const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The key log lines in a capture, and how many packets come after them. */
const keyLogIn = (capture: Uint8Array, chunk = capture.length): { text: string; before: number; after: number } => {
  const found = { text: '', before: 0, after: 0 }
  const reader = new CaptureReader({
    packet: () => {
      if (found.text === '') found.before++
      else found.after++
    },
    secrets: (type, bytes, start, end) => {
      if (type === TLS_KEY_LOG) found.text += latin1(bytes, start, end)
    },
  })
  for (let at = 0; at < capture.length; at += chunk) reader.receive(capture.subarray(at, at + chunk))
  reader.end()
  expect(reader.problem).toBeUndefined()
  return found
}

/** A capture written anew, with a key log in front. */
const withSecrets = (capture: Uint8Array, keyLog: Uint8Array): Uint8Array => {
  const writer = new SectionWriter()
  writer.secrets(keyLog)
  const reader = new CaptureReader({
    packet: (bytes, start, end, length, at, linkType) => writer.add(bytes, start, end, length, at, linkType, 'eth0'),
  })
  reader.receive(capture)
  return writer.finish()
}

describe('a Decryption Secrets Block', () => {
  it.each([0, 1, 2, 3, 4, 100_000])('of %i bytes is read as it was written, in pieces of any size', (length) => {
    const text = 'k'.repeat(length)
    const capture = withSecrets(new Uint8Array(0), fromLatin1(text))
    for (const chunk of [1, 7, capture.length]) if (length < 100 || chunk > 1) expect(keyLogIn(capture, chunk).text).toBe(text)
  })
})

const CAPTURES = [
  ['files/illustrated-tls13/archive/captures/capture.pcap', 'files/illustrated-tls13/archive/captures/keylog.txt', 'tls'],
  ['files/made-tls/h2-tls12.pcap', 'files/made-tls/h2-tls12.keys.txt', 'http2'],
  ['files/made-tls/grpc-tls13.pcap', 'files/made-tls/grpc-tls13.keys.txt', 'http2'],
] as const

describe.skipIf(!hasCorpus || !hasTools)('other tools', () => {
  it.each(CAPTURES)('decrypt what we write: %s', (path, log, protocol) => {
    const file = join(folder, 'ours.pcapng')
    writeFileSync(file, withSecrets(corpusBytes(path), corpusBytes(log)))
    // As tshark decrypts it when the key log lies beside it.
    const shown = (...options: string[]): string =>
      execFileSync('tshark', [...options, '-T', 'fields', '-e', 'frame.protocols', '-e', 'tls.record.content_type', '-e', 'tls.app_data'], {
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 1 << 28,
      }).toString()
    const ours = shown('-r', file, '-Y', protocol)
    expect(ours).toBe(shown('-r', corpusPath(path), '-o', `tls.keylog_file:${corpusPath(log)}`, '-Y', protocol))
    if (protocol !== 'tls') expect(shown('-r', corpusPath(path), '-Y', protocol)).toBe('')
    expect(ours).not.toBe('')
  })

  it.each(CAPTURES)('inject secrets that we read: %s', (path, log) => {
    const file = join(folder, 'theirs.pcapng')
    execFileSync('editcap', ['--inject-secrets', `tls,${corpusPath(log)}`, corpusPath(path), file], { stdio: 'ignore' })
    const { text, before, after } = keyLogIn(readFileSync(file))
    expect(text).toBe(latin1(corpusBytes(log), 0, corpusBytes(log).length))
    expect([before, after > 0]).toEqual([0, true])
    let lines = 0
    const reader = new KeyLogReader({ line: () => lines++, malformed: (number, reason) => expect.fail(`line ${number}: ${reason}`) })
    reader.receive(fromLatin1(text))
    reader.end()
    expect(lines).toBeGreaterThan(0)
  })

  it('inject secrets of other protocols, which are told apart', () => {
    const [secrets, file] = [join(folder, 'wireguard'), join(folder, 'wireguard.pcapng')]
    writeFileSync(secrets, 'LOCAL_STATIC_PRIVATE_KEY=AAAA\n')
    execFileSync('editcap', ['--inject-secrets', `wg,${secrets}`, corpusPath(CAPTURES[0][0]), file], { stdio: 'ignore' })
    expect(keyLogIn(readFileSync(file)).text).toBe('')
  })
})
