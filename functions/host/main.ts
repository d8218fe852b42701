import * as framework from '@google-cloud/functions-framework'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { registry } from '#events/registry.ts'
import { openPorts } from './adapters.ts'
import { answer, bodyOf, type Claim, refuse, withoutEncoding } from './answer.ts'
import { createApart, EVENT_FUNCTIONS, log } from './apart.ts'
import { needsOf } from './needs.ts'
import { once } from './once.ts'
import { withProbes } from './probes.ts'
import { secretsFor } from './secrets-settings.ts'
import { InvalidSettings, readSettings, type Settings } from './settings.ts'
import { undecoded } from './undecoded.ts'

/** Each function alone, served by the functions framework: `FUNCTION_TARGET=parsing npx functions-framework`. */

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

export const settings = settingsOrExit()
export const ports = openPorts(settings, log)
export const apart = createApart(ports, {
  ...settings,
  secrets: once(() => secretsFor(settings)),
  licensed: settings.licensed !== undefined,
  now: Date.now,
})
const claim: Claim = async (reference) => (await ports.blobs()).get(reference as never)

/** Opens what the function works with, and loads its code. */
export async function prepared(name: string): Promise<void> {
  await Promise.all(needsOf(name, settings.chain).map((port) => ports[port]()))
  const event = EVENT_FUNCTIONS.find((each) => each === name)
  if (event) await apart.prepare(event)
  else if (name === 'query') await readSide()
}

const serve = (name: string, handle: framework.HttpFunction): unknown =>
  framework.http(name, withProbes(ports, needsOf(name, settings.chain), handle))

for (const name of EVENT_FUNCTIONS) serve(name, (request, response) => answer(name, apart.handler(name), claim, request, response))

serve('dead-letters', async (request, response) => {
  try {
    const { keepUndelivered } = await import('../dead-letters/handler.ts')
    const header = (name: string) => request.headers[`ce-${name}`] as string | undefined
    const said = { destination: header('knativeerrordest'), code: header('knativeerrorcode'), data: header('knativeerrordata') }
    const body = await bodyOf(request, claim)
    await keepUndelivered(await ports.deadLetters())(
      undecoded(() => decodeCloudEvent(withoutEncoding(request), body, registry), request.headers, body),
      said,
    )
    response.status(204).end()
  } catch (error) {
    refuse('dead-letters', error as Error, response)
  }
})

const readSide = once(async () => {
  const { createReadSide } = await import('./read-side.ts')
  return createReadSide(ports, apart.bus, settings)
})

serve('query', async (request, response) => {
  try {
    ;(await readSide())(request, response)
  } catch (error) {
    refuse('query', error as Error, response)
  }
})
