import { HarReader } from '#engines/har/reader.ts'
import type { Codecs, HttpExchange } from '#engines/http/facts.ts'
import type { Connection } from '#engines/tcp/facts.ts'

/** A reader of HTTP Archives, with what it needs of Node. */
export const createHarReader = (
  { sha256 }: Pick<Codecs, 'sha256'>,
  keepBody: number,
  tell: (connection: Connection, exchange: HttpExchange) => void,
): HarReader => new HarReader({ sha256, base64: (text) => Buffer.from(text, 'base64'), time: timeOf, keepBody }, tell)

/** ms since 1970; `Date.parse` cuts what is finer. */
const timeOf = (text: string): number => {
  const [fraction] = /\.\d+/.exec(text) ?? ['']
  return Date.parse(text.replace(fraction, '')) + Number(`0${fraction}`) * 1000
}

/** Reads an archive to its end, or as far as it can be read; `after` follows each piece. Answers what is wrong with it, in one sentence; undefined: nothing. */
export async function readHar(
  reader: HarReader,
  pieces: AsyncIterable<Uint8Array>,
  after: () => void | Promise<void>,
): Promise<string | undefined> {
  for await (const piece of pieces) {
    reader.receive(piece)
    await after()
    if (reader.problem) break
  }
  reader.end()
  return troubleOf(reader)
}

function troubleOf({ problem, damages, damaged }: HarReader): string | undefined {
  const [first] = damages
  const others = damaged > 1 ? `, and ${damaged - 1} more` : ''
  const entries = first && `${damaged === 1 ? 'one entry was' : `${damaged} entries were`} left out: ${first.message}${others}`
  return (
    [problem && `read up to byte ${problem.offset}: ${problem.message}`, entries].filter((each) => each !== undefined).join('; ') ||
    undefined
  )
}
