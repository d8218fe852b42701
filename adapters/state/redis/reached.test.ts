import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../free-port.case.ts'
import { hasRedis, leftOut, startRedis } from '../../servers.case.ts'
import { Fenced, type State } from '../port.ts'
import { openRedis } from './state.ts'

if (!hasRedis) leftOut('reached.test.ts', 'redis-server is not installed')
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Uses each kind of script once. */
async function works(state: State): Promise<void> {
  await state.append('l', 1, Buffer.from('x'))
  expect(await state.behind('')).toEqual(['l'])
  const lease = (await state.lease('l', 'a', 1000))!
  expect(await state.renew(lease, 1000)).toBe(true)
  await state.commit(lease, 1, new Map([['open', Buffer.from('x')]]))
  await state.release(lease)
  expect((await state.load('l')).checkpoints.size).toBe(1)
  await state.claim('a/b', Buffer.from('x'), 1000)
  expect((await state.list('')).size).toBe(1)
  await state.delete('a/b')
  await state.health()
  await state.close()
}

describe.skipIf(!hasRedis)('a server', () => {
  it('is used by a user who may do no more than the documentation says', async () => {
    const documented = /`(ACL SETUSER [^`]+)`/.exec(
      await readFile(new URL('../../../docs/state-and-blobs.md', import.meta.url), 'utf8'),
    )![1]
    const server = await startRedis()
    const client = new Redis(server.url)
    const [command, ...rules] = documented.split(' ')
    await client.call(command, ...rules)
    await client.quit()
    await works(await openRedis({ url: server.url, username: 'spider', password: 'SECRET' }))
    await expect(openRedis({ url: server.url, username: 'spider', password: 'SECRET', prefix: 'other:' })).rejects.toThrow(
      /the right to what is needed/,
    )
    await server.remove()
  })

  it('that lost a lease it had given does not take its holder for the next one, who got the same fence', async () => {
    const server = await startRedis()
    const state = await openRedis({ url: server.url })
    const lost = (await state.lease('l', 'a', 60_000))!
    const client = new Redis(server.url)
    const [meta] = await client.keys('*:lane:l')
    await client.del(meta)
    await client.quit()
    const next = (await state.lease('l', 'a', 60_000))!
    expect(next.fence).toBe(lost.fence)
    await expect(state.commit(lost, 5, new Map())).rejects.toThrow(Fenced)
    expect(await state.renew(lost, 1000)).toBe(false)
    await state.release(lost)
    expect(await state.lease('l', 'b', 1000)).toBeUndefined()
    await state.close()
    await server.remove()
  })

  it('is found through sentinels', async () => {
    const server = await startRedis()
    const directory = await mkdtemp(join(tmpdir(), 'sentinel-'))
    const port = await freePort()
    await writeFile(join(directory, 'sentinel.conf'), `port ${port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 ${server.port} 1\n`)
    const sentinel: ChildProcess = spawn('redis-server', [join(directory, 'sentinel.conf'), '--sentinel'], { stdio: 'ignore' })
    try {
      await works(await openRedis({ url: `redis+sentinel://127.0.0.1:${port}/main` }))
      await expect(openRedis({ url: `redis+sentinel://127.0.0.1:${port}/other`, timeoutMs: 500 })).rejects.toThrow(
        /^Redis at redis\+sentinel:/,
      )
    } finally {
      sentinel.kill('SIGKILL')
      await server.remove()
      await rm(directory, { recursive: true })
    }
  })

  it.skipIf(!hasOpenssl)('is reached over TLS, when its certificate is trusted', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tls-'))
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')]
    const asked = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ]
    spawnSync('openssl', [...asked, '-keyout', key, '-out', cert])
    const tlsPort = await freePort()
    const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no']
    const server = await startRedis(...tls)
    const url = `rediss://127.0.0.1:${tlsPort}`
    await works(await openRedis({ url, tls: { ca: await readFile(cert) } }))
    await expect(openRedis({ url, timeoutMs: 1000 })).rejects.toThrow(/the certificate of Redis at .* is not trusted/)
    await server.remove()
    await rm(directory, { recursive: true })
  })
})
