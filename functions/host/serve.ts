import { getTestServer } from '@google-cloud/functions-framework/testing'
import { retrying } from '#adapters/bus/http/retrying.ts'
import { Metering } from '#adapters/cpu/metering.ts'
import { log } from './apart.ts'
import { apart, ports, prepared, settings } from './main.ts'
import { PAGE } from './page-folder.ts'
import { prepare } from './prepare.ts'

/** The entrance of an image: serves the function of FUNCTION_TARGET on PORT; `license-server` is a vendor's; `sweep` wakes the lanes that are behind, looks after the license and drops what is old, once, and ends. */
const target = process.env.FUNCTION_TARGET ?? ''
const PORT = Number(process.env.PORT ?? 8080)

/** One that fails keeps none of the others. */
const DUTIES: Record<string, () => Promise<string | undefined>> = {
  async lanes() {
    const { wakeLanes } = await import('./sweep.ts')
    const lanes = await wakeLanes(await ports.state(), apart.bus, Date.now)
    return lanes.length === 0 ? 'no lane is behind' : `woke ${lanes.length} lanes: ${lanes.join(', ')}`
  },
  async license() {
    const { openDesk } = await import('./licensing.ts')
    const desk = openDesk({ state: await ports.state(), bus: apart.bus, licensed: settings.licensed, now: Date.now })
    const { state, message } = await desk.tick()
    const said = (await desk.refused()) ?? (state === 'running' ? undefined : message)
    return said && `license: ${said}`
  },
  async retention() {
    const { keepDays } = settings
    if (keepDays === undefined) return undefined
    const { retain } = await import('./retention.ts')
    return (await retain(ports, keepDays, `sweep/${Date.now()}`, Date.now())) ? `dropped what is older than ${keepDays} days` : undefined
  },
}

async function sweep(): Promise<void> {
  for (const [duty, work] of Object.entries(DUTIES)) {
    try {
      const said = await work()
      if (said !== undefined) process.stdout.write(`${said}\n`)
    } catch (error) {
      process.stderr.write(`sweep, ${duty}: ${(error as Error).message}\n`)
      process.exitCode = 1
    }
  }
  await ports.close()
  // Connections that are kept for the next event would keep the process.
  process.exit()
}

/** Live feeds have no end of their own. What else takes longer is done again by another instance. */
const GRACE_MS = 10_000

function serve(port: number): void {
  const stopping = new AbortController()
  // Written by this instance itself when it is idle or ends: an event would start `license`, and keep it when everything else is gone. `license` would wake itself again and again.
  const ledger = retrying({ publish: apart.handler('license') })
  const metering = new Metering({
    part: target,
    source: `/functions/${target}`,
    bus: target === 'license' ? ledger : apart.bus,
    quiet: ledger,
    failed: ({ message }) => log(`metering: ${message}`),
  })
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

/** The vendor's own, which has nothing to do with the other functions: no events, no metering. */
async function serveLicenses(port: number): Promise<void> {
  const { startLicenseServer } = await import('./license-server.ts')
  const { keys, administrator } = settings.vendor
  const server = await startLicenseServer({ state: await ports.state(), keys, administrator, page: PAGE, port, listen: '::' })
  process.once('SIGTERM', async () => {
    await server.close()
    process.exit()
  })
}

if (target === 'sweep') await sweep()
else if (target === 'license-server') await serveLicenses(PORT)
else serve(PORT)
