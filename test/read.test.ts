import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { Handled } from '../demo/service.ts'
import { lines, read, spider } from './support/spider.ts'

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url)
const packed = fixture('shop.pcap.gz').pathname
const plain = gunzipSync(readFileSync(packed))
const truth = lines<Handled>(readFileSync(fixture('shop.truth.jsonl'), 'utf8'))

let folder: string
const inFolder = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-read-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const told = ({ client, server, http, url }: ExchangeDocument): Handled => ({
  client: `${client.ip}:${client.port}`,
  server: `${server.ip}:${server.port}`,
  method: http!.request!.method,
  target: url!.original,
  status: http!.response!.status_code,
  request_body: { length: http!.request!.body.bytes, sha256: http!.request!.body.sha256! },
  response_body: { length: http!.response!.body.bytes, sha256: http!.response!.body.sha256! },
})
/** The services tell of these alone; the capture also has how they found each other's names. */
const isHttp = ({ http }: ExchangeDocument): boolean => http !== undefined
const sorted = (calls: Handled[]): string[] => calls.map((call) => JSON.stringify(call)).sort()

describe('the shop, as captured', () => {
  it('gives each call that the services answered, with the hash of both bodies', async () => {
    const { documents, stderr } = await read(packed)
    expect(sorted(documents.filter(isHttp).map(told))).toEqual(sorted(truth))
    expect(documents.every(({ spider }) => spider.status === 'complete')).toBe(true)
    expect(new Set(documents.map(({ event }) => event.id)).size).toBe(documents.length)
    expect(stderr).toContain(`${documents.length} exchanges`)
  })

  it('reads a plain, a gzip and a zstd file, and standard input, alike', async () => {
    const { documents } = await read(packed)
    const ids = documents.map(({ event }) => event.id).sort()
    const fromFile = async (name: string, bytes: Uint8Array) =>
      (await read(inFolder(name, bytes))).documents.map(({ event }) => event.id).sort()
    expect(await fromFile('plain.pcap', plain)).toEqual(ids)
    expect(await fromFile('packed.pcap.zst', zstdCompressSync(plain))).toEqual(ids)
    for (const input of [plain, readFileSync(packed), zstdCompressSync(plain)]) {
      const piped = await spider(['read', '-'], input)
      expect(piped.code).toBe(0)
      expect(
        lines<ExchangeDocument>(piped.stdout)
          .map(({ event }) => event.id)
          .sort(),
      ).toEqual(ids)
    }
  })

  it('knows the trace, the times and the headers of a call', async () => {
    const { documents } = await read(packed)
    const [charge] = documents.filter(({ url, http }) => url?.path === '/charges' && http?.response?.status_code === 503)
    expect(charge.network.protocol).toBe('http')
    expect(charge.http!.request!.headers).toContainEqual(['content-type', 'application/x-www-form-urlencoded'])
    expect(charge.http!.response!.headers).toContainEqual(['retry-after', '0'])
    expect(charge.user_agent?.original).toBe('shop-orders/1.0')
    const chain = documents.filter(({ trace }) => trace?.id === charge.trace?.id)
    const names = chain.map(({ url, http }) => `${http!.request!.method} ${url!.path.replace(/\d+/, 'N')}`)
    expect(names.sort()).toEqual(['GET /items/N', 'POST /api/orders', 'POST /charges', 'POST /charges', 'POST /orders'])
    const span = charge.spider.time
    expect(span.request!.first).toBeLessThanOrEqual(span.response!.first)
    expect(charge.event.duration).toBe(Math.round((span.response!.last - span.request!.first) * 1000))
    const [search] = documents.filter(({ url, server }) => url?.path === '/search' && server.ip === '127.0.0.12')
    expect(search.event.duration).toBeGreaterThan(600e6)
  })

  it('--bodies gives the decoded bodies', async () => {
    const { documents } = await read(packed, '--bodies')
    const [page] = documents.filter(({ url }) => url?.path === '/')
    expect(page.http!.response!.body).toMatchObject({ encoding: 'utf-8', content: expect.stringContaining('<h1>Tea shop</h1>') })
    const without = await read(packed)
    expect(without.documents.filter(isHttp).every(({ http }) => http!.response!.body.content === undefined)).toBe(true)
  })

  it('--sessions writes one document for each session: TCP connections, and conversations over UDP', async () => {
    const file = join(folder, 'sessions.ndjson')
    const { documents } = await read(packed, '--sessions', file)
    const sessions = lines<SessionDocument>(readFileSync(file, 'utf8'))
    const used = new Set(documents.map(({ spider }) => spider.session.id))
    expect(
      sessions
        .filter(({ spider }) => spider.exchanges > 0)
        .map(({ spider }) => spider.session.id)
        .sort(),
    ).toEqual([...used].sort())
    expect(sessions.reduce((sum, { spider }) => sum + spider.exchanges, 0)).toBe(documents.length)
    for (const { network, spider } of sessions)
      expect(network.transport === 'udp' ? ['idle', 'ended'] : ['closed', 'reset']).toContain(spider.state)
  })

  it('--format har gives a log that holds every call of HTTP, and says that there are others', async () => {
    const { code, stdout, stderr } = await spider(['read', packed, '--format', 'har', '--bodies'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/^\d+ calls of other protocols are not in the archive/m)
    const { log } = JSON.parse(stdout) as {
      log: { version: string; entries: { request: { url: string }; response: { status: number; content: { text?: string } } }[] }
    }
    expect(log.version).toBe('1.2')
    expect(log.entries).toHaveLength(truth.length)
    expect(log.entries.find(({ request }) => new URL(request.url).pathname === '/')!.response.content.text).toContain('Tea shop')
  })

  it('--format table gives a line for each call', async () => {
    const { code, stdout } = await spider(['read', packed, '--format', 'table'])
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => line.includes('/charges'))).toHaveLength(
      truth.filter(({ target }) => target === '/charges').length,
    )
  })
})

describe('bad input', () => {
  it('reads a cut capture up to the cut, and says at which byte it ended', async () => {
    const cut = plain.subarray(0, Math.floor(plain.length / 2))
    const { code, stdout, stderr } = await spider(['read', inFolder('cut.pcap', cut)])
    expect(code).toBe(0)
    const found = lines<ExchangeDocument>(stdout).length
    expect(found).toBeGreaterThan(truth.length / 4)
    expect(found).toBeLessThan(truth.length)
    const at = Number(/byte ([\d,. ]*\d)/.exec(stderr)?.[1].replaceAll(/[,. ]/g, ''))
    expect(at).toBeLessThanOrEqual(cut.length)
    expect(at).toBeGreaterThan(cut.length - 70_000)
  })

  it.each([
    ['a text', Buffer.from('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n'.repeat(9))],
    ['an empty file', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(5000)],
  ])('says in one line that %s is no capture', async (name, bytes) => {
    const file = inFolder(`${name.replaceAll(' ', '-')}.pcap`, bytes)
    const { code, stdout, stderr } = await spider(['read', file])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(file)
  })

  it('says in one line that a file is not there, or an option unknown', async () => {
    const gone = await spider(['read', '/no/such/file.pcap'])
    expect(gone.code).toBe(2)
    expect(gone.stderr.trim().split('\n')).toHaveLength(1)
    expect(gone.stderr).toContain('/no/such/file.pcap')
    expect((await spider(['read', packed, '--format', 'xml'])).code).toBe(2)
    expect((await spider(['read', packed, '--colour'])).code).toBe(2)
    expect((await spider(['read'])).code).toBe(2)
  })

  it('goes on after garbage: bytes flipped anywhere give documents or a warning, never a crash', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const damaged = Buffer.from(plain)
      for (let at = 24 + seed * 7; at < damaged.length; at += 997 * seed) damaged[at] ^= 0xff
      const { code, stderr } = await spider(['read', '-'], damaged)
      expect(code, stderr).toBe(0)
      expect(stderr).not.toMatch(/\n\s+at /)
    }
  })
})

describe('help', () => {
  it.each([['--help'], ['read', '--help'], ['start', '--help'], ['whisperer', '--help']].map((args) => [args]))('%s', async (args) => {
    const { code, stdout } = await spider(args)
    expect(code).toBe(0)
    expect(stdout).toContain('Usage:')
  })
})
