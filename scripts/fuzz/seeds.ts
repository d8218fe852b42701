import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { tellCaptured } from '#engines/protocols/captured.case.ts'
import { ProtocolStreams } from '#engines/protocols/streams.ts'
import type { Connection, Side, StreamSink } from '#engines/tcp/facts.ts'
import { LONGEST } from './mutate.ts'
import { writeScript } from './script.ts'
import type { Target } from './targets.ts'

const codecs = await loadCodecs()
const LARGEST_CAPTURE = 200_000
const MOST = 60
const LONGEST_PIECE = 2000

const captures = (folder: string): Uint8Array[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.p?cap(ng)?$/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).size < LARGEST_CAPTURE)
    .map((path) => Uint8Array.from(readFileSync(path)))

/** What was said on each connection of a capture that speaks a protocol, as scripts. */
const scriptsOf = (capture: Uint8Array, protocol: string): Uint8Array[] => {
  const streams = new ProtocolStreams({ exchange: () => undefined, call: () => undefined }, codecs)
  const scripts: Uint8Array[] = []
  const said = new Map<Connection, { side: Side; bytes: Uint8Array }[]>()
  const sink: StreamSink = {
    open: (connection) => streams.open(connection),
    data(connection, side, bytes, start, end, at) {
      const pieces = said.get(connection) ?? []
      if (!said.has(connection)) said.set(connection, pieces)
      if (pieces.length < 12) pieces.push({ side, bytes: bytes.slice(start, Math.min(end, start + LONGEST_PIECE)) })
      streams.data(connection, side, bytes, start, end, at)
    },
    gap: (...gap) => streams.gap(...gap),
    end: (...end) => streams.end(...end),
    close(connection, at) {
      if (streams.protocol(connection) === protocol && said.has(connection)) scripts.push(writeScript(said.get(connection)!))
      streams.close(connection, at)
    },
  }
  tellCaptured(capture, sink)
  return scripts
}

/** Where a target begins: what is said in its protocol in the captures of a folder, the captures themselves, or what it brings along. */
export const seedsOf = ({ seeds }: Target, folder: string | undefined): Uint8Array[] => {
  if (Array.isArray(seeds)) return seeds
  if (folder === undefined) return [new Uint8Array(0)]
  const files = captures(folder)
  const found = seeds === 'captures' ? files : files.flatMap((file) => scriptsOf(file, seeds.protocol))
  const every = Math.max(1, Math.floor(found.length / MOST))
  return [new Uint8Array(0), ...found.filter((_, i) => i % every === 0).map((bytes) => bytes.subarray(0, LONGEST))]
}
