import { getTestServer } from '@google-cloud/functions-framework/testing'
import { log } from './apart.ts'
import { openDesk } from './licensing.ts'
import { apart, ports, prepared, settings } from './main.ts'
import { Metering } from './metering.ts'
import { prepare } from './prepare.ts'

/** The entrance of an image: serves the function of FUNCTION_TARGET on PORT; `sweep` looks after the license and wakes the lanes that are behind and drops what is old, once, and ends. */
const target = process.env.FUNCTION_TARGET ?? ''
if (target === 'sweep') await sweep()
else serve(Number(process.env.PORT ?? 8080))

async function sweep(): Promise<void> {
  const { wakeLanes } = await import('./sweep.ts')
  try {
    const state = await ports.state()
    await openDesk({ state, bus: apart.bus, licensed: settings.licensed, now: Date.now }).tick()
    const lanes = await wakeLanes(state, apart.bus, Date.now)
    process.stdout.write(lanes.length === 0 ? 'no lane is behind\n' : `woke ${lanes.length} lanes: ${lanes.join(', ')}\n`)
    if (settings.keepDays !== undefined) {
      const { retain } = await import('./retention.ts')
      if (await retain(ports, settings.keepDays, `sweep/${Date.now()}`, Date.now()))
        process.stdout.write(`dropped what is older than ${settings.keepDays} days\n`)
    }
  } catch (error) {
    process.stderr.write(`sweep: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
  await ports.close()
  // Connections that are kept for the next event would keep the process.
  process.exit()
}

/** Live feeds have no end of their own. What else takes longer is done again by another instance. */
const GRACE_MS = 10_000

const meteringFailed = ({ message }: Error): void => log(`metering: ${message}`)

function serve(port: number): void {
  const stopping = new AbortController()
  // `license` counts itself: an event of its own would wake it again and again.
  const metering = new Metering(target, target === 'license' ? { publish: apart.handler('license') } : apart.bus, meteringFailed)
  const server = getTestServer(target)
  server.listen(port)
  void prepare(target, () => prepared(target), log, stopping.signal)
  process.once('SIGTERM', () => {
    stopping.abort()
    apart.stop()
    // What is under way is answered first; then nothing is left that needs the ports.
    server.close(async () => {
      await metering.stop()
      await ports.close()
      process.exit()
    })
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
  })
}
