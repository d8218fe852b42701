/** The captures of ../shared/corpus, for tests that hold engines against them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

const root = join(import.meta.dirname, '../../../shared/corpus')

/** False, and one line saying so, when the corpus is not there. */
export const hasCorpus = existsSync(join(root, 'manifest.json'))
if (!hasCorpus) console.log(`skipped: what needs the corpus, which is not at ${root}`)

export const corpusPath = (path: string): string => join(root, path)

export const corpusJson = <T>(path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T

/** Every file below a folder. */
export const corpusFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))

export const corpusText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** A file's bytes, decompressed when they are gzip or zstd. */
export const corpusBytes = (path: string): Uint8Array => {
  const bytes = readFileSync(join(root, path))
  if (bytes.readUInt16BE(0) === 0x1f8b) return gunzipSync(bytes)
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes
}

export interface OracleStream {
  tcp_stream: number
  client: [string, number]
  server: [string, number]
  client_known_by: 'syn' | 'request' | 'port'
  frames: { client: number; server: number }
  bytes: { client: number; server: number }
  flags: Record<string, number>
}

export interface Oracle {
  frames: number
  tcp: OracleStream[]
}

/** What tshark saw in a capture. */
export const oracleOf = (path: string): Oracle => corpusJson<Oracle>(`oracle/${path.replace(/^files\//, '')}.tshark.json`)

/** All captures there is an oracle for. */
export const corpusCaptures = (): string[] => (hasCorpus ? Object.keys(corpusJson<Record<string, unknown>>('oracle/summary.json')) : [])
