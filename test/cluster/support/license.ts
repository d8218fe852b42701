import { join } from 'node:path'
import { freePort } from '#adapters/free-port.case.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { openRedis } from '#adapters/state/redis/state.ts'
import type { LicenseDocument } from '#events/documents/license.ts'
import { startLicenseServer } from '#functions/host/license-server.ts'
import { LEDGER, openLedger } from '#functions/license/ledger.ts'
import { writeAccepted } from '#functions/license/standing.ts'
import { waitFor } from './cluster.ts'
import { PREFIX } from './install.ts'
import { nodeAddress, type Servers } from './servers.ts'

const ADMINISTRATOR = 'vendor'

/** A license server on this machine, where pods reach it. */
export interface Office {
  /** As settings of the functions: a license of it, and where it is. */
  settings: Record<'SPIDER_LICENSE' | 'SPIDER_LICENSE_SERVER', string>
  open(): Promise<void>
  close(): Promise<void>
}

/** Opens it with its books in a folder, and issues a license. */
export async function openOffice(folder: string): Promise<Office> {
  const [listen, port] = [nodeAddress(), await freePort()]
  const begin = async () =>
    startLicenseServer({
      state: await openState({ directory: join(folder, 'office') }),
      keys: join(folder, 'keys.json'),
      administrator: ADMINISTRATOR,
      page: folder,
      port,
      listen,
    })
  let office: Awaited<ReturnType<typeof begin>> | undefined = await begin()
  const answer = await fetch(`${office.url}/api/v1/licenses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMINISTRATOR}`, 'content-type': 'application/json' },
    body: JSON.stringify({ owner: 'Shop', cores: 5 }),
  })
  const { token } = (await answer.json()) as { token: string }
  return {
    settings: { SPIDER_LICENSE: token, SPIDER_LICENSE_SERVER: office.url },
    open: async () => {
      office ??= await begin()
    },
    close: async () => {
      await office?.close()
      office = undefined
    },
  }
}

/** What the 24-hour rule is about lies in the state: from now on statistics were accepted so many ms ago. */
export async function acceptedBefore({ here }: Servers, ms: number): Promise<void> {
  const state = await openRedis({ url: here.REDIS_URL, prefix: PREFIX })
  await writeAccepted(state, { at: Date.now() - ms, latest: Date.now() })
  await state.close()
}

/** CPU that `license` counted, seconds by part; and what it did not believe. */
export async function counted({ here }: Servers): Promise<{ seconds: Record<string, number>; doubted: string[] }> {
  const state = await openRedis({ url: here.REDIS_URL, prefix: PREFIX })
  const { hours, doubted } = await openLedger(state).read(LEDGER)
  await state.close()
  const seconds: Record<string, number> = {}
  for (const parts of hours.values()) for (const [part, ms] of parts) seconds[part] = (seconds[part] ?? 0) + ms / 1000
  return { seconds, doubted: doubted.map(({ meter, reason }) => `${meter}: ${reason}`) }
}

/** Waits until the API, asked at `url`, says this of the license. */
export const standing = (url: string, state: LicenseDocument['standing']['state'], ms = 120_000): Promise<string> =>
  waitFor(`the license to be ${state}`, ms, async () => {
    const { standing } = (await (await fetch(`${url}/api/v1/license`)).json()) as LicenseDocument
    return standing.state === state ? standing.message : undefined
  })
