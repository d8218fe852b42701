import { basename } from 'node:path'
import { type CaptureFile, CaptureRefused } from '#adapters/capture/port.ts'
import { UNKNOWN_CLIENT } from '#engines/har/findings.ts'
import type { Codecs } from '#engines/http/facts.ts'
import { createHarReader, readHar } from '#functions/lane/har-reader.ts'
import type { AnalysisEvents } from './analysis.ts'

/** Where the calls of archives go. */
export interface ArchiveSink extends Pick<AnalysisEvents, 'exchange'> {
  /** Names of addresses: the client of an archive goes by the archive's. */
  names: Map<string, string>
  codecs: Codecs
  keepBody: number
  progress(): void
}

/** Reads the calls of HTTP Archives, one after the other. Answers a line of warning for each that is damaged; throws `CaptureRefused` for what is none. */
export async function readArchives(archives: readonly CaptureFile[], sink: ArchiveSink): Promise<string> {
  let warnings = ''
  for (const file of archives) {
    sink.names.set(UNKNOWN_CLIENT, basename(file.name))
    const reader = createHarReader(sink.codecs, sink.keepBody, sink.exchange)
    const trouble = await readHar(reader, file.chunks(), sink.progress)
    if (trouble === undefined) continue
    if (reader.calls === 0) throw new CaptureRefused(`${file.name} is neither a capture nor an HTTP Archive that can be read: ${trouble}`)
    warnings += `warning: ${file.name}: ${trouble}\n`
  }
  return warnings
}
