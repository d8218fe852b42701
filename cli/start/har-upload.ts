import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { UNKNOWN_CLIENT } from '#engines/har/findings.ts'
import type { Upload } from '#events/documents/upload.ts'
import type { OneProcess } from '#functions/host/one-process.ts'
import { createHarReader, readHar } from '#functions/lane/har-reader.ts'
import type { Heard } from '#functions/parsing/hand-on.ts'

/** Takes the calls of an HTTP Archive as it is read, and says in the upload how far it is. Its client goes by the name of the file. */
export async function takeArchive(
  pieces: AsyncIterable<Uint8Array>,
  upload: Upload,
  archives: OneProcess['archives'],
  keepBody: number,
  read: () => number,
): Promise<void> {
  const take = archives(upload.id, (ip) => (ip === UNKNOWN_CLIENT ? upload.name : undefined))
  let heard: Heard[] = []
  const reader = createHarReader(await loadCodecs(), keepBody, (connection, found) => heard.push({ connection, found }))
  const trouble = await readHar(reader, pieces, async () => {
    await take(heard)
    heard = []
    upload.read = read()
    upload.calls = reader.calls
  })
  upload.state = trouble !== undefined && reader.calls === 0 ? 'failed' : 'done'
  if (trouble !== undefined) upload.message = `${upload.name}: ${trouble}`
}
