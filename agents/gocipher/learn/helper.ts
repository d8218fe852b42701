import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Known } from './layout.ts'
import { NotFound } from './search.ts'

const SLOW = 30_000
const NOBODY = 65_534
/** Of what a helper says as it ends: Node prints the line of code, which is long in a bundle, the error, and where it was called from. */
const MOST_SAID = 4000
const scriptOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** Scripts are bundled as this file is. */
const EXTENSION = extname(import.meta.url)

/** Files of a library, open in this process, and how to make it shake hands. */
export type Subject =
  | { kind: 'openssl' | 'gnutls'; files: readonly number[]; foreign: boolean }
  /** `namespace`: a process in whose file system it lies, when that is not ours. */
  | { kind: 'node'; executable: string; namespace: number | undefined }

/** A process that holds sessions of a library whose secrets it told. */
export interface Helper {
  pid: number
  /** Resolves when all sessions stand. Rejects with `NotFound` when none can be had. */
  sessions: Promise<Known[]>
  end(): void
}

/** Starts a process that makes handshakes in memory with the library, and keeps them open. */
export function startHelper(subject: Subject): Helper {
  const { command, args, files, foreign } = commandOf(subject)
  // What comes from a container is not run with this process's rights.
  const nobody = foreign && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe', ...files], env: { PATH: process.env.PATH }, cwd: '/', ...nobody })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-MOST_SAID)
  })
  child.stdin?.on('error', () => {}) // it ended first
  const sessions = new Promise<Known[]>((resolve, reject) => {
    const known: Known[] = []
    const timer = setTimeout(() => child.kill('SIGKILL'), SLOW)
    const fail = (why: string): void => {
      clearTimeout(timer)
      reject(new NotFound(`no handshake could be made with it: ${why}`))
    }
    child.on('error', (error) => fail(error.message))
    child.on('close', (code, signal) => fail(lastLine(said) || `the helper ended with ${signal ?? code}`))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) known.push(JSON.parse(line) as Known)
      if (line !== 'done') return
      clearTimeout(timer)
      resolve(known)
    })
  })
  sessions.catch(() => {}) // told to whoever awaits it
  return {
    pid: child.pid ?? 0,
    sessions,
    end: () => {
      child.stdin?.end()
      child.kill('SIGKILL')
    },
  }
}

function commandOf(subject: Subject): { command: string; args: string[]; files: readonly number[]; foreign: boolean } {
  if (subject.kind !== 'node') {
    const paths = subject.files.map((_, index) => `/proc/self/fd/${3 + index}`)
    const script = scriptOf(`${subject.kind}-handshake${EXTENSION}`)
    return { command: process.execPath, args: [script, ...paths], files: subject.files, foreign: subject.foreign }
  }
  const run = [subject.executable, '-e', readFileSync(scriptOf('node-handshake.cjs'), 'utf8')]
  if (subject.namespace === undefined) return { command: run[0], args: run.slice(1), files: [], foreign: false }
  const enter = ['--target', String(subject.namespace), '--mount', '--setuid', String(NOBODY), '--setgid', String(NOBODY), '--']
  return { command: 'nsenter', args: [...enter, ...run], files: [], foreign: false }
}

/** What a crashed Node says of its error; else the last line. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n')
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? ''
}
