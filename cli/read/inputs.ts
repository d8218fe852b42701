import { openFile } from '#adapters/capture/files/open.ts'
import { type CaptureFile, CaptureRefused } from '#adapters/capture/port.ts'
import { copyOf } from '#engines/bytes/copy.ts'
import { looksLikeHar } from '#engines/har/detect.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { CaptureSink } from '#engines/pcap/sink.ts'
import type { Micros } from '#engines/time.ts'

export interface Input {
  name: string
  file: CaptureFile
  reader: CaptureReader
}

/** Opens captures; throws `CaptureRefused` for one that is not there. */
export const openInputs = (paths: readonly string[]): Promise<CaptureFile[]> => Promise.all(paths.map((path) => openFile(path)))

/** Tells HTTP Archives from captures, by how they begin. */
export async function sorted(files: readonly CaptureFile[]): Promise<{ archives: CaptureFile[]; captures: CaptureFile[] }> {
  const archives: CaptureFile[] = []
  const captures: CaptureFile[] = []
  for (const each of files) {
    const { file, first } = await peeked(each)
    if (looksLikeHar(first)) archives.push(file)
    else captures.push(file)
  }
  return { archives, captures }
}

/** A file and its first piece, which comes again when the pieces are asked for. */
async function peeked(file: CaptureFile): Promise<{ file: CaptureFile; first: Uint8Array }> {
  const pieces = file.chunks()[Symbol.asyncIterator]()
  const first = await pieces.next()
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let piece = first; !piece.done; piece = await pieces.next()) yield piece.value
  }
  return { file: { ...file, chunks }, first: first.done ? new Uint8Array(0) : first.value }
}

/** Reads captures into a sink: one straight through, several as one, their packets in the order of their times. */
export async function readAll(files: readonly CaptureFile[], sink: CaptureSink, progress: () => void): Promise<Input[]> {
  if (files.length === 0) return []
  if (files.length > 1) return readMerged(files, sink, progress)
  const input = { name: files[0].name, file: files[0], reader: new CaptureReader(sink) }
  for await (const chunk of input.file.chunks()) {
    input.reader.receive(chunk)
    if (input.reader.problem) break
    progress()
  }
  input.reader.end()
  refuse(input)
  return [input]
}

/** What is no capture at all is the user's to put right; one that was cut is read as far as it goes. */
function refuse({ name, reader }: Input): void {
  const { problem } = reader
  if (problem?.code === 'not-a-capture' || problem?.code === 'unsupported') throw new CaptureRefused(`${name}: ${problem.message}`)
}

type Packet = Parameters<CaptureSink['packet']>

/** One capture of several: the packets of the piece that was read last, and where they are up to. */
class Queue {
  readonly input: Input
  readonly #pieces: AsyncIterator<Uint8Array>
  #packets: Packet[] = []
  #next = 0

  constructor(file: CaptureFile, sink: CaptureSink, index: number) {
    const reader: CaptureReader = new CaptureReader({
      ...(sink.secrets && { secrets: (...block: Parameters<NonNullable<CaptureSink['secrets']>>) => sink.secrets?.(...block) }),
      ...(sink.name && { name: (address: string, name: string) => sink.name?.(address, name) }),
      packet: (bytes, start, end, originalLength, at, linkType, interfaceId) => {
        // The bytes are only valid during the call, so each packet of the piece is copied.
        this.#packets.push([copyOf(bytes, start, end), 0, end - start, originalLength, at, linkType, interfaceId * 64 + index])
      },
    })
    this.input = { name: file.name, file, reader }
    this.#pieces = file.chunks()[Symbol.asyncIterator]()
  }

  get at(): Micros | undefined {
    return this.#packets[this.#next]?.[4]
  }

  take(): Packet {
    return this.#packets[this.#next++]
  }

  /** Reads on until there is a packet, or the capture is at its end. */
  async fill(): Promise<void> {
    while (this.#next >= this.#packets.length && !this.input.reader.problem) {
      this.#packets = []
      this.#next = 0
      const { done, value } = await this.#pieces.next()
      if (!done) this.input.reader.receive(value)
      else {
        this.input.reader.end()
        refuse(this.input)
        return
      }
    }
    refuse(this.input)
  }
}

async function readMerged(files: readonly CaptureFile[], sink: CaptureSink, progress: () => void): Promise<Input[]> {
  const queues = files.map((file, index) => new Queue(file, sink, index))
  for (;;) {
    let earliest: Queue | undefined
    for (const queue of queues) {
      if (queue.at === undefined) {
        await queue.fill()
        progress()
      }
      if (queue.at !== undefined && (earliest?.at === undefined || queue.at < earliest.at)) earliest = queue
    }
    if (!earliest) return queues.map(({ input }) => input)
    sink.packet(...earliest.take())
  }
}
