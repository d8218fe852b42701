import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { State } from '#adapters/state/port.ts'
import { LicenseOffice } from '../license/server/office.ts'
import { createLicenseServer } from '../license/server/server.ts'
import { SigningKeys } from '../license/server/signing.ts'
import { POLICY } from './server.ts'

export interface LicenseServerOptions {
  /** Licenses and accounts; closed with the server. */
  state: State
  /** File of the signing keys; made when it is not there. */
  keys: string
  newKey?: boolean
  administrator: string | undefined
  /** Folder of the built pages. */
  page: string
  port: number
  listen: string
}

/** Starts the license server with its estimate page at `/`. Answers where it is, and how to end it. */
export async function startLicenseServer(options: LicenseServerOptions): Promise<{ url: string; close(): Promise<void> }> {
  const keys = await SigningKeys.open(options.keys)
  if (options.newKey) await keys.rotate()
  const { state } = options
  const office = new LicenseOffice(state, keys)
  const app = await createLicenseServer(
    { office, keys, administrator: options.administrator, now: Date.now },
    { logger: { level: 'error' }, forceCloseConnections: true },
  )
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('content-security-policy', POLICY).header('x-content-type-options', 'nosniff')
  })
  if (existsSync(join(options.page, 'estimate.html')))
    await app.register(fastifyStatic, { root: options.page, index: 'estimate.html', wildcard: false })
  const url = await app.listen({ port: options.port, host: options.listen })
  return {
    url,
    async close() {
      await app.close()
      await state.close()
    },
  }
}
