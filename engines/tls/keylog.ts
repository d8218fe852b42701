import { indexOf } from '../bytes/search.ts'
import { latin1 } from '../bytes/text.ts'
import { Carry } from '../http/carry.ts'

/** One line of a key log: `label`, what names the session, and the secret in lower-case hex. */
export interface KeyLogLine {
  label: string
  /** Of a line with the label `RSA` the first eight bytes of the encrypted premaster secret instead, which is the secret (NSS's format). */
  clientRandom: string
  secret: string
}

/** What comes out of a key log in the NSS format (draft-ietf-tls-keylogfile). */
export interface KeyLogSink {
  line(line: KeyLogLine): void
  /** A line that cannot be used; lines count from 1. */
  malformed(number: number, reason: string): void
}

/** Master and premaster secret of TLS 1.2 and before, in hex digits. */
const MASTER_SECRET = 96
const RANDOM = 64
const ENCRYPTED = 16
const LABEL =
  /^(?:RSA|CLIENT_RANDOM|EARLY_SECRET|(?:CLIENT_EARLY|(?:CLIENT|SERVER)_HANDSHAKE)_TRAFFIC_SECRET|(?:CLIENT|SERVER)_TRAFFIC_SECRET_\d{1,9}|(?:EARLY_)?EXPORTER_SECRET)$/
const HEX = /^[0-9a-f]*$/
/** Of the hashes of TLS 1.3's suites, in hex digits. */
const TRAFFIC_SECRETS: ReadonlySet<number> = new Set([64, 96, 128])

/** One line without its end: what it says, why it cannot be used, or undefined for a comment or a blank line. */
export const readLine = (text: string): KeyLogLine | string | undefined => {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return undefined
  const parts = line.split(/[ \t]+/)
  if (parts.length !== 3)
    return `a line is a label, a client random and a secret, and this has ${parts.length === 1 ? 'one part' : `${parts.length} parts`}`
  const [label, clientRandom, secret] = [parts[0], parts[1].toLowerCase(), parts[2].toLowerCase()]
  if (!LABEL.test(label)) return 'the label is none that a key log has for TLS'
  const [name, digits] = label === 'RSA' ? ['the beginning of an encrypted premaster secret', ENCRYPTED] : ['the client random', RANDOM]
  if (clientRandom.length !== digits || !HEX.test(clientRandom)) return `${name} is not ${digits} hex digits`
  if (!HEX.test(secret)) return 'the secret is not in hex digits'
  if (label === 'RSA' || label === 'CLIENT_RANDOM') {
    if (secret.length !== MASTER_SECRET) return `a ${label === 'RSA' ? 'premaster' : 'master'} secret is 96 hex digits`
  } else if (!TRAFFIC_SECRETS.has(secret.length)) return 'a secret of TLS 1.3 is 64, 96 or 128 hex digits'
  return { label, clientRandom, secret }
}

const NEWLINE = 0x0a
/** Of a line, in bytes: no honest one has a third of it. */
const LONGEST = 1024

/** Reads a key log of any length as it comes, in bytes cut anywhere. Keeps one line at most, and never throws. */
export class KeyLogReader {
  private number = 1
  private tooLong = false
  private readonly kept = new Carry()
  private readonly sink: KeyLogSink

  constructor(sink: KeyLogSink) {
    this.sink = sink
  }

  receive(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let at = start
    while (at < end) {
      const found = indexOf(bytes, NEWLINE, at, end)
      this.keep(bytes, at, found < 0 ? end : found)
      if (found < 0) return
      this.finish()
      at = found + 1
    }
  }

  /** No more comes: the last line may lack its end. */
  end(): void {
    if (this.kept.length > 0 || this.tooLong) this.finish()
  }

  private keep(bytes: Uint8Array, from: number, to: number): void {
    if (this.kept.length + to - from > LONGEST) this.tooLong = true
    else this.kept.append(bytes, from, to)
  }

  private finish(): void {
    const { kept, number, sink } = this
    const found = this.tooLong ? `the line is longer than ${LONGEST} bytes` : readLine(latin1(kept.bytes, 0, kept.length))
    if (typeof found === 'string') sink.malformed(number, found)
    else if (found !== undefined) sink.line(found)
    this.number++
    this.tooLong = false
    kept.clear()
  }
}

/** A line as a key log has it, without its end. */
export const writeLine = ({ label, clientRandom, secret }: KeyLogLine): string => `${label} ${clientRandom} ${secret}`
