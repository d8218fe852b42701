import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bus } from '#adapters/bus/port.ts'
import { openFile } from '#adapters/capture/files/open.ts'
import { type Identity, newIdentity } from '#agents/agent/identity.ts'
import { defaults } from '#agents/whisperer/options.ts'
import { Whisperer } from '#agents/whisperer/whisperer.ts'
import { looksLikeHar } from '#engines/har/detect.ts'
import type { Upload } from '#events/documents/upload.ts'
import type { OneProcess } from '#functions/host/one-process.ts'
import { Problem } from '#functions/problem.ts'
import type { Uploads } from '#functions/query/ports.ts'
import { agentNameOf } from './agent-name.ts'
import { takeArchive } from './har-upload.ts'

const REMEMBERED = 100

/** Takes what comes in: packets by an agent, calls of an archive as they are. */
export interface Taking {
  bus: Bus
  archives: OneProcess['archives']
  /** Bytes kept of a body. */
  keepBody: number
}

/** Uploads: each is put into the data directory, analysed, a capture by an agent of its own, and removed. */
export function createUploads(data: string, taking: Taking, version: string): Uploads {
  const uploads = new Map<string, Upload>()
  return {
    async start(name, bytes) {
      const identity = newIdentity(agentNameOf(name), version)
      const path = join(data, 'uploads', identity.id)
      await receive(path, bytes)
      const upload: Upload = { id: identity.id, name, bytes: (await stat(path)).size, read: 0, packets: 0, state: 'reading' }
      uploads.set(upload.id, upload)
      if (uploads.size > REMEMBERED) uploads.delete(uploads.keys().next().value as string)
      void analyse(path, upload, taking, identity).finally(() => rm(path, { force: true }))
      return upload
    },
    get: (id) => uploads.get(id),
  }
}

async function receive(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  try {
    await pipeline(Readable.from(bytes), createWriteStream(path))
  } catch (error) {
    await rm(path, { force: true })
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new Problem(507, 'Disk full', 'The disk of the data directory is full: free some of it, then try again.')
    throw error
  }
}

async function analyse(path: string, upload: Upload, { bus, ...taking }: Taking, identity: Identity): Promise<void> {
  try {
    if (await isArchive(path)) {
      const { chunks, read } = await openFile(path)
      await takeArchive(chunks(), upload, taking.archives, taking.keepBody, read)
      return
    }
    const open = async (file: string) => ({ ...(await openFile(file)), name: upload.name })
    const progress = ({ read, gathered }: { read: number; gathered: { packets: number } }): void => {
      upload.read = read
      upload.packets = gathered.packets
    }
    const whisperer = new Whisperer({ bus, source: { kind: 'file', open, paths: [path], progress }, options: defaults(), identity })
    await whisperer.start()
    await whisperer.ended
    const { files, message } = await whisperer.stop()
    const problem = files[0]?.problem
    upload.state = files.length === 0 || problem?.code === 'not-a-capture' || problem?.code === 'unsupported' ? 'failed' : 'done'
    const said = problem?.message ?? message
    if (said !== undefined) upload.message = `${upload.name}: ${said}`
  } catch (error) {
    upload.state = 'failed'
    upload.message = `${upload.name}: ${(error as Error).message}`
  }
}

async function isArchive(path: string): Promise<boolean> {
  for await (const piece of (await openFile(path)).chunks()) return looksLikeHar(piece)
  return false
}
