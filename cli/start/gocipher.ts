import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Closer } from './server.ts'

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url))
const NAME = 'spider gocipher: '
/** To detach from every program takes its time (ms); nobody has to wait for it. */
const LAST_WAIT = 2000

/** Starts Gocipher as a process of its own; resolves when it is attached, or with why it is not. What it says later goes to standard error. */
export async function startGocipher(args: readonly string[]): Promise<{ close: Closer; refused?: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'gocipher', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stderr })
  const [first] = (await Promise.race([once(lines, 'line'), ended])) as [unknown]
  lines.on('line', (line) => process.stderr.write(`${line}\n`))
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LAST_WAIT).unref())])
  }
  const said = String(first)
  if (said.includes(' takes secrets ')) return { close }
  return { close, refused: said.replace(NAME, '') }
}
