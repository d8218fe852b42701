import type { CaptureFile, OpenFile } from '#adapters/capture/port.ts'
import { latin1 } from '#engines/bytes/text.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { CaptureProblem } from '#engines/pcap/sink.ts'
import { readLine } from '#engines/tls/keylog.ts'
import { type Gathered, Gatherer, type Learned } from './gather.ts'
import type { Batch } from './lanes.ts'

export interface FileReport {
  name: string
  /** Bytes of the file read; of how many; undefined for a pipe. */
  read: number
  size: number | undefined
  gathered: Gathered
  /** Why reading ended before the capture's proper end. */
  problem: CaptureProblem | undefined
}

export interface FileEvents {
  batch(batch: Batch): void
  learned(learned: Learned): void
  /** Lines of a TLS key log that lie in the capture. */
  secrets(lines: readonly string[]): void
  /** Called after each piece. */
  progress(report: FileReport): void
  /** Resolves when more may be read. */
  room(): Promise<void>
  /** Asked after each piece: whether to end early. */
  isStopped(): boolean
}

/** Of a Decryption Secrets Block (draft-ietf-opsawg-pcapng): a TLS key log. */
const TLS_KEY_LOG = 0x544c534b

const linesOf = (keyLog: string): string[] => keyLog.split(/\r?\n/).filter((line) => typeof readLine(line) === 'object')

/** Reads a capture file and gathers its packets into batches, as fast as they are taken. Throws `CaptureRefused`. */
export async function gatherFile(
  open: OpenFile,
  path: string,
  options: { lanes: number; batchBytes: number },
  events: FileEvents,
): Promise<FileReport> {
  const file = await open(path)
  const lanes = { ...options, batchAge: Number.POSITIVE_INFINITY }
  const reader: CaptureReader = new CaptureReader({
    packet: (bytes, start, end, originalLength, at, linkType, id) => gatherer.packet(bytes, start, end, originalLength, at, linkType, id),
    statistics: (id, { droppedByKernel }) => {
      if (droppedByKernel !== undefined) gatherer.lanes.kernelDrops(id, droppedByKernel)
    },
    secrets: (type, bytes, start, end) => {
      if (type === TLS_KEY_LOG) events.secrets(linesOf(latin1(bytes, start, end)))
    },
    name: (ip, name) => events.learned({ names: [{ ip, name, ttl: 0 }], addresses: [] }),
  })
  const gatherer = new Gatherer(lanes, reader.interfaces, [], events.batch)
  const tell = (): void => {
    const learned = gatherer.learned()
    if (learned) events.learned({ names: learned.names, addresses: [] })
    events.progress(report(file, gatherer, reader))
  }
  for await (const chunk of file.chunks()) {
    reader.receive(chunk)
    tell()
    if (reader.problem || events.isStopped()) break
    await events.room()
  }
  if (!events.isStopped()) reader.end()
  gatherer.flush()
  tell()
  return report(file, gatherer, reader)
}

const report = (file: CaptureFile, gatherer: Gatherer, reader: CaptureReader): FileReport => ({
  name: file.name,
  read: file.read(),
  size: file.size,
  gathered: gatherer.counters,
  problem: reader.problem,
})
