import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { cannotTakeSecrets, installed, noPostgres, otherNode } from '#agents/gocipher/able.case.ts'
import { Targets } from '#agents/gocipher/targets.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { ADDRESSES, FILTER } from '../demo/places.ts'
import { cannotCapture, eventually, type Server, startServer } from './support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'spider-gocipher-'))
afterAll(() => rmSync(folder, { recursive: true }))
const blind = cannotCapture() ?? (await cannotTakeSecrets(folder)) ?? (installed('openssl') ? undefined : 'openssl is not installed')
if (blind) console.error(`gocipher, whole: ${blind}`)

/** The first call that fits, with its body. */
const call = (server: Server, q: string) =>
  eventually(async () => {
    const [item] = (await server.find(q, 1)).items
    return item && (await server.get<ExchangeDocument>(`/api/v1/exchanges/${item.event.id}`))
  }, 40_000)

describe.skipIf(blind)('the demo', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(join(folder, 'demo'), '--demo', '--filter', FILTER)
  })
  afterAll(() => server.stop())

  it('shows what payment says to the bank over TLS 1.3, in the trace of the order', async () => {
    const found = await call(server, 'path=/transfers')
    expect(found.server.ip).toBe(ADDRESSES.bank)
    expect(JSON.parse(found.http?.response?.body?.content ?? '')).toMatchObject({ booked: true, currency: 'EUR' })
    // The order ends after what it caused.
    await eventually(async () => (await server.find(`trace=${found.trace?.id} path=/api/orders`)).total === 1 || undefined)
  })

  it.skipIf(!installed('curl'))('shows what curl says, a process that lives for a moment', async () => {
    const found = await call(server, 'path=/statement')
    expect(found.client.ip).toBe(ADDRESSES.auditor)
    expect(found.http?.response?.body?.content).toMatch(/^\{"transfers":/)
  })
})

describe.skipIf(blind)('programs that speak TLS', () => {
  const targets = new Targets(folder)
  let server: Server
  let ports: Record<'openssl' | 'early' | 'nginx' | 'postgres' | 'node' | 'other', number>
  beforeAll(async () => {
    ports = {
      openssl: await targets.server('-www'),
      early: await targets.server('-early_data'),
      nginx: await freePort(),
      postgres: 0,
      node: await targets.node(process.execPath),
      other: 0,
    }
    if (installed('nginx')) await targets.nginx(ports.nginx)
    if (!noPostgres) ports.postgres = await targets.postgres()
    const other = otherNode()
    if (other !== undefined) ports.other = await targets.node(other)
    const filter = Object.values(ports)
      .filter((port) => port !== 0)
      .map((port) => `tcp port ${port}`)
      .join(' or ')
    server = await startServer(join(folder, 'programs'), '--gocipher', '--interface', 'lo', '--filter', filter)
    await eventually(async () => server.said().includes('TLS of this machine') || undefined, 40_000)
  })
  afterAll(async () => {
    await server?.stop()
    await targets.stop()
  })

  const curl = (port: number, ...args: string[]) => targets.run('curl', ['-sk', ...args, `https://127.0.0.1:${port}/`])

  it.skipIf(!installed('curl'))('openssl s_server and curl, TLS 1.2 and 1.3', async () => {
    await curl(ports.openssl)
    await curl(ports.openssl, '--tls-max', '1.2')
    await eventually(async () => (await server.find(`server.port=${ports.openssl} path=/ status=200`)).total === 2 || undefined, 40_000)
    const { http } = await call(server, `server.port=${ports.openssl} path=/`)
    expect(http?.response?.body?.content).toContain('s_server')
  })

  it('what a client says before the handshake is over (early data)', async () => {
    const [ticket, early] = [join(folder, 'ticket'), join(folder, 'early')]
    writeFileSync(early, 'GET /early HTTP/1.1\r\nHost: early.example\r\n\r\n')
    await targets.client(ports.early, {}, '-sess_out', ticket)
    await targets.client(ports.early, {}, '-sess_in', ticket, '-early_data', early)
    const found = await call(server, `server.port=${ports.early} path=/early`)
    expect(found.url?.full).toBe('https://early.example/early')
  })

  it.skipIf(!installed('nginx') || !installed('curl'))('nginx', async () => {
    await curl(ports.nginx)
    expect((await call(server, `server.port=${ports.nginx} path=/`)).http?.response?.body?.content).toBe('hello')
  })

  it.skipIf(!installed('curl')).each(['node', 'other'] as const)('Node.js, with an OpenSSL of its own: %s', async (which) => {
    if (ports[which] === 0) return
    await curl(ports[which])
    expect((await call(server, `server.port=${ports[which]} path=/`)).http?.response?.body?.content).toBe('hello')
  })

  it.skipIf(noPostgres)('PostgreSQL, whose TLS begins within its own protocol', async () => {
    await targets.run('psql', [`host=127.0.0.1 port=${ports.postgres} user=postgres sslmode=require`, '-c', "SELECT 'seen' AS word"])
    const found = await eventually(async () => (await server.find(`server.port=${ports.postgres} protocol=postgresql`)).items[0], 40_000)
    expect(JSON.stringify(found)).toContain("SELECT 'seen' AS word")
  })
})
