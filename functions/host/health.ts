import type { PortName } from './needs.ts'

interface Checked {
  health(): Promise<void>
}

/** Longer than a port tries by itself, whose reason tells more than this. */
const PATIENCE_MS = 8_000

/** How what stands behind the ports is: `ok`, or why it cannot be used now. One that is not open yet is opened. */
export async function healthOf(ports: { [Name in PortName]?: () => Promise<Checked> }): Promise<Record<string, string>> {
  const said = Object.entries(ports).map(async ([name, open]) => [name, await within(open().then((port) => port.health()))])
  return Object.fromEntries(await Promise.all(said))
}

async function within(health: Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, `gave no answer within ${PATIENCE_MS / 1000} s`)
  })
  const said = health.then(
    () => 'ok',
    (error: Error) => error.message,
  )
  return Promise.race([said, late]).finally(() => clearTimeout(timer))
}
