import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { send } from './support/sections.ts'
import { cannotCapture, type Server, startServer } from './support/server.ts'
import { spider } from './support/spider.ts'

const blind = cannotCapture()
const root = process.getuid?.() === 0

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-refusals-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const oneLine = (stderr: string): string => {
  const said = stderr.trim().split('\n')
  expect(said, stderr).toHaveLength(1)
  return said[0]
}
const start = async (data: string, ...args: string[]) =>
  spider(['start', '--data', join(folder, data), '--port', String(await freePort()), ...args])

describe('spider start, given what it cannot use, says so in one line', () => {
  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await spider(['start', '--no-capture', '--data', join(folder, 'port'), '--port', String(port)])
    other.close()
    expect(code).not.toBe(0)
    expect(oneLine(stderr)).toContain(String(port))
  })

  it('a data directory of another version', async () => {
    mkdirSync(join(folder, 'old/state'), { recursive: true })
    writeFileSync(join(folder, 'old/state/format'), 'spider-state 0\n')
    const { code, stderr } = await start('old', '--no-capture')
    expect(code).not.toBe(0)
    expect(oneLine(stderr)).toMatch(/version/)
  })

  it('a data directory that another one uses', async () => {
    const server = await startServer(join(folder, 'shared'), '--no-capture')
    const { code, stderr } = await start('shared', '--no-capture')
    await server.stop()
    expect(code).not.toBe(0)
    expect(oneLine(stderr)).toContain('in use')
  })

  it('a data directory that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const { code, stderr } = await start('file', '--no-capture')
    expect(code).not.toBe(0)
    expect(oneLine(stderr)).toContain(join(folder, 'file'))
  })

  it('a full disk', async ({ skip }) => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    skip(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0, 'no right to mount a small disk')
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(60_000))
      const { code, stderr } = await start('disk/data', '--no-capture')
      expect(code).not.toBe(0)
      expect(oneLine(stderr)).toMatch(/full|space/i)
    } finally {
      execFileSync('umount', [disk])
    }
  })

  it.skipIf(blind)('a wrong filter, in the words of libpcap', async () => {
    const { code, stderr } = await start('filter', '--interface', 'lo', '--filter', 'tcp prot 80')
    expect(code).toBe(2)
    expect(oneLine(stderr)).toContain('tcp prot 80')
    expect(stderr).toContain('syntax error')
  })

  it.skipIf(blind)('an interface that is not there', async () => {
    const { code, stderr } = await start('interface', '--interface', 'nowhere0')
    expect(code).toBe(2)
    expect(oneLine(stderr)).toContain('nowhere0')
  })

  it('an option that it does not have, or a value that does not fit', async () => {
    expect((await start('options', '--colour')).code).toBe(2)
    expect((await spider(['start', '--port', 'eighty'])).code).toBe(2)
  })

  it('no right to capture: which right, and the command that gives it', async ({ skip }) => {
    skip(!root || spawnSync('setpriv', ['--version']).status !== 0, 'only root can give the right away to see')
    const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
    const without = ['--bounding-set=-net_raw,-net_admin', '--inh-caps=-net_raw,-net_admin']
    const { status, stderr } = spawnSync(
      'setpriv',
      [
        ...without,
        process.execPath,
        main,
        'start',
        '--data',
        join(folder, 'right'),
        '--port',
        String(await freePort()),
        '--interface',
        'lo',
      ],
      {
        encoding: 'utf8',
        timeout: 30_000,
      },
    )
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/cap_net_raw/i)
    expect(stderr).toContain('setcap')
  })
})

describe('a running Spider', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(join(folder, 'running'), '--no-capture')
  })
  afterAll(() => server.stop())

  it.each([
    ['bytes that are no pcapng section', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['nothing', Buffer.alloc(0)],
  ])('answers 400 with a problem to an event of %s', async (_, bytes) => {
    const answer = await send(server.url, 'wrong', 1, bytes)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json()).toMatchObject({ status: 400, detail: expect.any(String) })
  })

  it('counts what it refused', async () => {
    await send(server.url, 'wrong', 2, Buffer.from('not a capture either'))
    expect(JSON.stringify(await server.get('/healthz'))).toMatch(/"refused":[1-9]/)
  })

  it.each([
    ['/api/v1/exchanges?q=status%3E', 400],
    ['/api/v1/exchanges?from=yesterday', 400],
    ['/api/v1/exchanges?size=-1', 400],
    ['/api/v1/exchanges/none', 404],
    ['/api/v1/nothing', 404],
  ])('answers %s with %i and a problem', async (path, status) => {
    const answer = await fetch(server.url + path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  it('says that a dropped file is no capture', async () => {
    const answer = await fetch(`${server.url}/api/v1/captures?name=notes.txt`, {
      method: 'POST',
      body: 'not a capture'.repeat(99),
      headers: { 'content-type': 'application/octet-stream' },
    })
    if (answer.status === 202) {
      const { id } = (await answer.json()) as { id: string }
      await expect
        .poll(() => server.get(`/api/v1/captures/${id}`))
        .toMatchObject({ state: 'failed', message: expect.stringContaining('notes.txt') })
    } else expect(answer.status).toBe(400)
    expect(await server.get('/healthz')).toMatchObject({ status: 'ok' })
  })

  it('leaves nothing but its data directory behind when told to stop', async () => {
    const data = join(folder, 'brief')
    const brief = await startServer(data, '--no-capture')
    expect(await brief.stop('SIGINT')).toBe(0)
    expect(readdirSync(data).length).toBeGreaterThan(0)
  })
})
