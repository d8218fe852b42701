/** Plays a TLS conversation to everything above TCP, with secrets that come when the test says, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { Call, Found } from '../protocols/call.ts'
import { Packing } from '../protocols/packing.ts'
import type { Recorded } from '../protocols/proxy.case.ts'
import { ProtocolStreams, type SavedStream } from '../protocols/streams.ts'
import { connectionWith, quietSide } from '../tcp/connection.case.ts'
import type { Connection } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import type { Secrets } from './secrets.ts'

const codecs = await loadCodecs()
const packing = new Packing()

/** Secrets by client random, as a key log has them. */
export type KeyLog = Record<string, Record<string, string>>

export const keyLogOf = (text: string): KeyLog => {
  const log: KeyLog = {}
  for (const line of text.split('\n')) {
    const [label, random, secret] = line.trim().split(/\s+/)
    if (secret === undefined || label.startsWith('#')) continue
    log[random.toLowerCase()] ??= {}
    log[random.toLowerCase()][label] = secret.toLowerCase()
  }
  return log
}

export interface PlayOptions {
  /** Cuts each piece: sizes of the segments, over and over. */
  segments?: readonly number[]
  /** Saves and loads before each segment for which it says so. */
  restart?: (index: number) => boolean
  /** Segments, by number, that nobody saw. */
  lose?: (index: number, side: 0 | 1, bytes: number) => boolean
  /** Known from the beginning. */
  known?: KeyLog
  /** What becomes known before the segment of a number: negative ones after the last. */
  late?: readonly { before: number; log: KeyLog }[]
  /** The segment before which waiting ends. */
  giveUp?: number
}

export interface Played {
  /** Handshakes, each as it was told last. */
  handshakes: Call[]
  told: Call[]
  /** Of anything else. */
  calls: Call[]
  exchanges: HttpExchange[]
  pending: Found[]
  awaited: string[]
  protocol: string | undefined
  saved: string
}

export const playTls = (said: readonly Pick<Recorded, 'side' | 'bytes'>[], options: PlayOptions = {}): Played => {
  const { segments = [Number.POSITIVE_INFINITY], known = {}, late = [] } = options
  const log: Record<string, Secrets> = { ...known }
  const connection = connectionWith({ clientKnownBy: 'syn', state: 'closed', sides: [quietSide({ fin: true }), quietSide({ fin: true })] })
  const [told, exchanges]: [Call[], HttpExchange[]] = [[], []]
  const sink = {
    exchange: (_: Connection, exchange: HttpExchange) => void exchanges.push(structuredClone(exchange)),
    call: (_: Connection, call: Call) => void told.push(structuredClone(call)),
  }
  const start = () => new ProtocolStreams(sink, codecs, { keepBody: 64 * 1024 }, (random) => log[random])
  let streams = start()
  streams.open(connection)
  let [index, turn, awaited, saved] = [0, 0, [] as string[], '']
  const unlock = (before: number) => {
    for (const each of late)
      if (each.before === before)
        for (const [random, secrets] of Object.entries(each.log)) {
          log[random] = { ...log[random], ...secrets }
          streams.unlock(connection, random, log[random], micros(index + 1))
        }
    if (options.giveUp === before) streams.giveUp(connection, micros(index + 1))
  }
  for (const { side, bytes } of said) {
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + Math.max(1, segments[turn++ % segments.length]))
      if (options.restart?.(index)) {
        // As a checkpoint is: nothing in it is the same object as something else.
        const state = packing.take(packing.pack(streams.save(connection))) as SavedStream
        saved = JSON.stringify(state)
        streams = start()
        streams.load(connection, state)
      }
      unlock(index)
      const at = micros(++index)
      if (options.lose?.(index - 1, side, to - from)) streams.gap(connection, side, to - from, at, 'not captured')
      else {
        // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
        const lent = new Uint8Array(to - from + 8).fill(0x17)
        lent.set(bytes.subarray(from, to), 4)
        streams.data(connection, side, lent, 4, 4 + to - from, at)
        lent.fill(0x17)
      }
      from = to
    }
  }
  awaited = [...streams.awaited(connection)]
  unlock(-1)
  const pending = structuredClone(streams.pending(connection))
  const protocol = streams.protocol(connection)
  streams.close(connection, micros(index + 1))
  const handshakes = new Map(told.filter(({ protocol }) => protocol === 'tls').map((call) => [call.position, call]))
  const calls = told.filter(({ protocol }) => protocol !== 'tls')
  return { handshakes: [...handshakes.values()], told, calls, exchanges, pending, awaited, protocol, saved }
}

/** What a handshake says of itself, in one line. */
export const inShort = ({ status, outcome, summary, fields, findings, error, missing }: Call): string => {
  const { decryption, reason } = (fields.spider as { tls: { decryption?: string; reason?: string } }).tls
  const odd = [...findings.filter((finding) => !finding.startsWith('certificate')), ...(error ? [`${error.code} at ${error.offset}`] : [])]
  const lost = missing.map(({ direction, bytes, reason }) => `${direction} misses ${bytes}: ${reason}`)
  return [`${status} ${outcome}:`, summary ?? '-', `(${[decryption ?? 'plain', reason].filter(Boolean).join(': ')})`, ...odd, ...lost].join(
    ' ',
  )
}

/** An exchange in one line. */
export const exchangeInShort = ({ request, response, status, missing }: HttpExchange): string =>
  [
    `${status}: ${request?.method ?? '-'} ${request?.target ?? '-'} ${request?.body.bytes ?? '-'}`,
    `> ${response?.status ?? '-'} ${response?.body.bytes ?? '-'} ${response?.body.sha256?.slice(0, 8) ?? '-'}`,
    ...missing.map(({ direction, bytes, reason }) => `${direction} misses ${bytes}: ${reason}`),
  ].join(' ')
