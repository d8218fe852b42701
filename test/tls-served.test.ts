import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCloudEvent } from '#adapters/bus/http/encode.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import type { Event } from '#events/define.ts'
import { registry } from '#events/registry.ts'
import { asTold, decryptions, endEvent, expected, filesIn, https, packetEvents, secretsEvent, secretsOf } from './support/secrets.ts'
import { eventually, type Server, startServer, startServerWith } from './support/server.ts'
import { read, spider } from './support/spider.ts'

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname
const capture = https('https13')
const events = [...packetEvents('one', capture.packets), endEvent('one', capture.packets.length + 1)]

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-tls-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
/** Whether another tool can be asked. */
const hasTshark = ((): boolean => {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const directory = (): string => join(folder, String(++count))

async function send({ url }: Server, ...sent: Event[]): Promise<void> {
  for (const event of sent) {
    const { headers, body } = encodeCloudEvent(event, registry)
    const answer = await fetch(`${url}/events`, { method: 'POST', headers, body: Buffer.from(body) })
    if (answer.status !== 202) throw new Error(`${event.type}: ${answer.status} ${await answer.text()}`)
  }
}

const upload = ({ url }: Server, keyLog: string): Promise<Response> => fetch(`${url}/api/v1/keylogs`, { method: 'POST', body: keyLog })

const isTold = (server: Server, decryption: string): Promise<unknown> =>
  eventually(async () => (decryptions((await server.find('')).items)[0] === decryption ? true : undefined))

const isOpened = async (server: Server): Promise<void> => {
  await eventually(async () => (asTold((await server.find('')).items).length === capture.told.length ? true : undefined))
  expect(asTold((await server.find('')).items)).toEqual(expected(capture))
}

/** Sessions of TLS that the quality line says could not be read. */
const closed = async (server: Server): Promise<number> => {
  const { bins } = await server.get<{ bins: { encrypted: number }[] }>('/api/v1/quality')
  return bins.reduce((sum, { encrypted }) => sum + encrypted, 0)
}

describe('spider start', () => {
  it('opens with a key log that is uploaded, exports with the secrets, and keeps them sealed', async () => {
    const data = directory()
    const server = await startServer(data, '--no-capture')
    await send(server, ...events)
    await isTold(server, 'no secrets')
    expect(await closed(server)).toBe(1)
    const bad = await upload(server, `nothing\n# a comment\n${'ab'.repeat(10)}`)
    expect(bad.status).toBe(422)
    expect(await bad.json()).toMatchObject({ title: 'No key log', malformed_lines: 2, malformed: [{ line: 1 }, { line: 3 }] })
    const good = await upload(server, `${capture.keyLog}\nnot a line\n`)
    expect(good.status).toBe(200)
    expect(await good.json()).toMatchObject({ sessions: 1, lines: 5, rereads: 1, malformed_lines: 1 })
    await isOpened(server)
    expect(await closed(server)).toBe(0)

    const { items } = await server.get<{ items: { event: { id: string } }[] }>('/api/v1/sessions')
    const exported = join(folder, 'with-secrets.pcapng')
    const path = `/api/v1/sessions/${items[0].event.id}/packets.pcapng`
    writeFileSync(exported, Buffer.from(await (await fetch(`${server.url}${path}?secrets=true`)).arrayBuffer()))
    const { documents } = await read(exported)
    expect(asTold(documents)).toEqual(expected(capture))
    if (hasTshark) {
      const paths = execFileSync('tshark', ['-r', exported, '-Y', 'http.request', '-T', 'fields', '-e', 'http.request.uri'], {
        stdio: 'pipe',
      })
      expect(paths.toString().trim().split('\n')).toEqual(capture.told.map(({ path }) => path))
    }
    const plain = Buffer.from(await (await fetch(server.url + path)).arrayBuffer())
    for (const secret of secretsOf(capture.keyLog)) expect(plain.includes(secret)).toBe(false)

    await server.stop()
    expect(statSync(join(data, 'secrets.key')).mode & 0o777).toBe(0o600)
    for (const file of filesIn(data)) {
      const bytes = readFileSync(file)
      for (const secret of secretsOf(capture.keyLog)) expect(bytes.includes(secret), file).toBe(false)
    }
    for (const secret of secretsOf(capture.keyLog)) expect(server.said()).not.toContain(secret.toString())
  })

  it('reads again what was captured before it was killed', async () => {
    const data = directory()
    const first = await startServer(data, '--no-capture')
    await send(first, ...events)
    await isTold(first, 'no secrets')
    await first.stop('SIGKILL')
    const second = await startServer(data, '--no-capture')
    await send(second, secretsEvent('cipher', capture.keyLog))
    await second.stop('SIGKILL')
    const third = await startServer(data, '--no-capture')
    await isOpened(third)
    await third.stop()
  })

  it('takes key logs from the command line, and those in captures', async () => {
    const withLog = await startServer(directory(), '--no-capture', '--keylog', fixture('https13.keys'), fixture('https13.pcap'))
    await isOpened(withLog)
    await withLog.stop()
    const writer = new SectionWriter()
    writer.secrets(Buffer.from(capture.keyLog))
    const file = join(folder, 'secrets-inside.pcapng')
    writeFileSync(file, Buffer.concat([writer.finish(), ...capture.packets]))
    const within = await startServer(directory(), '--no-capture', file)
    await isOpened(within)
    await within.stop()
  })

  it('gives no secrets away where that is forbidden', async () => {
    const server = await startServerWith(
      { SPIDER_SECRETS_EXPORT: 'false' },
      directory(),
      '--no-capture',
      '--keylog',
      fixture('https13.keys'),
    )
    await send(server, ...events)
    await isOpened(server)
    const { items } = await server.get<{ items: { event: { id: string } }[] }>('/api/v1/sessions')
    const answer = await fetch(`${server.url}/api/v1/sessions/${items[0].event.id}/packets.pcapng?secrets=true`)
    expect([answer.status, await answer.json()]).toMatchObject([403, { title: 'Not allowed' }])
    await server.stop()
  })
})

describe('spider read', () => {
  it('opens with a key log, and says which of its lines it cannot use', async () => {
    const keys = join(folder, 'some.keys')
    writeFileSync(keys, `what is this\n${capture.keyLog}`)
    const { documents, stderr } = await read('--keylog', keys, fixture('https13.pcap'))
    expect(asTold(documents)).toEqual(expected(capture))
    for (const { url } of documents) if (url) expect([url.scheme, url.full]).toEqual(['https', expect.stringMatching(/^https:\/\//)])
    expect(stderr).toContain(`${keys}, line 1: `)
  })

  it('says what it did not open, and what would', async () => {
    const { stderr } = await read(fixture('https13.pcap'))
    expect(stderr).toContain('not decrypted: 1 session')
  })

  it('refuses a key log that is not there', async () => {
    const { code, stderr } = await spider(['read', '--keylog', join(folder, 'none'), fixture('https13.pcap')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--keylog')])
  })
})
