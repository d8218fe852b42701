import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../free-port.case.ts'
import { hasRedis, leftOut, type RedisServer, startRedis } from '../../servers.case.ts'
import { StateUnavailable } from '../port.ts'
import { checkServer, parseInfo, warningsOf } from './inspect.ts'
import { openRedis, type RedisStateOptions, UnusableRedis } from './state.ts'

if (!hasRedis) leftOut('refusals.test.ts', 'redis-server is not installed')

/** Rejects when a timer that began with the call is first: of two timers of one process the shorter one is, however busy the machine. */
const within = <T>(ms: number, call: Promise<T>): Promise<T> =>
  Promise.race([call, new Promise<T>((_, reject) => setTimeout(reject, ms, new Error(`not within ${ms} ms`)))])

async function refusal(options: RedisStateOptions): Promise<Error> {
  const error = await within(4000, openRedis(options)).then(
    (state) => state.close().then(() => new Error('it was opened')),
    (thrown: Error) => thrown,
  )
  expect(error).toBeInstanceOf(StateUnavailable)
  expect(error.message).not.toMatch(/\n|geheim/)
  return error
}

describe('what is no address', () => {
  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://user:geheim@',
    'redis://:geheim@h:99999',
    'redis://:geheim@h/x',
    'redis://:%@h',
    'redis+cluster://h/1',
    'redis+sentinel://h:1',
  ])('%s is refused in one sentence', async (url) => {
    expect(await refusal({ url })).toBeInstanceOf(UnusableRedis)
  })

  it('a prefix with a brace is refused', async () => {
    expect((await refusal({ url: 'redis://h', prefix: 'a{b' })).message).toMatch(/holds a brace/)
  })
})

describe('what a server tells of itself', () => {
  const at = (info: string) => () => checkServer(parseInfo(info), 'Redis at x', false)
  it('is refused when it is too old or a replica', () => {
    expect(at('redis_version:6.0.16\r\n')).toThrow('Redis at x is of version 6.0.16: 6.2 or newer is needed')
    expect(at('redis_version:7.0.1\r\nrole:slave\r\n')).toThrow(/is a replica/)
    expect(at('redis_version:6.2.0\r\nrole:master\r\n')).not.toThrow()
    expect(at('')).toThrow(/version unknown/)
  })
  it('is warned of when it may lose something', () => {
    const of = (info: string, fsync?: string) => warningsOf(parseInfo(info), 'Redis', fsync)
    expect(of('aof_enabled:1\nmaxmemory_policy:noeviction\n', 'everysec')).toEqual([])
    expect(of('aof_enabled:1\n', 'no')).toEqual([expect.stringMatching(/set appendfsync everysec/)])
    expect(of('aof_enabled:0\nmaxmemory_policy:allkeys-lru\n')).toEqual([
      expect.stringMatching(/set appendonly yes/),
      expect.stringMatching(/allkeys-lru/),
    ])
  })
})

it('says that nobody is there, within its time', async () => {
  const error = await refusal({ url: `redis://:geheim@127.0.0.1:${await freePort()}`, timeoutMs: 500 })
  expect(error.message).toMatch(/^Redis at redis:\/\/127\.0\.0\.1:\d+ cannot take it now: connect ECONNREFUSED/)
  expect(error).not.toBeInstanceOf(UnusableRedis)
  const cluster = await refusal({ url: `redis+cluster://:geheim@127.0.0.1:${await freePort()}`, timeoutMs: 500 })
  expect(cluster.message).toMatch(/^Redis at redis\+cluster:\/\/127\.0\.0\.1:\d+ /)
})

it.each([
  ['answers in another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', /does not speak Redis's protocol/],
  ['answers nothing', '', /did not answer within 0\.5 s|Socket timeout/],
])('says that what is there %s', async (_, answer, words) => {
  const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.write(answer))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  expect((await refusal({ url: `redis://:geheim@127.0.0.1:${port}`, timeoutMs: 500 })).message).toMatch(words)
  server.close()
})

describe.skipIf(!hasRedis)('a server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis('--requirepass', 'geheim', '--appendonly', 'no')
  })
  afterAll(() => server.remove())
  const url = (credentials: string) => server.url.replace('redis://', `redis://${credentials}`)

  it('with another password, or one where none is given, is refused', async () => {
    expect((await refusal({ url: url(':geheimer@') })).message).toMatch(/refuses the user name or password/)
    expect((await refusal({ url: url('nobody:geheim@') })).message).toMatch(/refuses the user name or password/)
    expect((await refusal({ url: server.url })).message).toMatch(/wants a password/)
    expect((await refusal({ url: server.url.replace('redis://', 'rediss://:geheim@'), timeoutMs: 1000 })).message).toMatch(
      /wants TLS|did not answer|Socket timeout|cannot take it now/,
    )
    expect((await refusal({ url: url(':geheim@').concat('/99') })).message).toMatch(/no database of that number/)
  })

  it('that keeps nothing is warned of, or refused where that is required', async () => {
    const said: string[] = []
    const state = await openRedis({ url: server.url, password: 'geheim', log: (line) => said.push(line) })
    await state.health()
    expect(said).toEqual([expect.stringMatching(/^warning: Redis at redis:\/\/127.0.0.1:\d+ keeps no append-only file/)])
    expect(state.warnings()).toHaveLength(1)
    await state.close()
    expect((await refusal({ url: url(':geheim@'), durability: 'required' })).message).toMatch(/set appendonly yes/)
  })

  it('that holds other things under our names is named, as one of another version', async () => {
    const state = await openRedis({ url: url(':geheim@') })
    const { Redis } = await import('ioredis')
    const client = new Redis(url(':geheim@'))
    await state.append('l', 1, Buffer.from('x'))
    const [lane] = await client.keys('*:lane:l')
    await client.set(lane, 'no hash')
    await expect(state.append('l', 2, Buffer.from('x'))).rejects.toThrow(/holds keys of another kind/)
    await client.set('spider:format', 'spider-state 9')
    await expect(state.health()).rejects.toThrow(/another version under this prefix \("spider-state 9"/)
    await client.quit()
    await state.close()
  })
})

describe.skipIf(!hasRedis)('a server that goes away', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)('by %s: calls fail within their time, and work again by themselves', async (signal) => {
    const server = await startRedis()
    const said: string[] = []
    const state = await openRedis({ url: server.url, timeoutMs: 500, log: (line) => said.push(line) })
    await state.append('l', 1, Buffer.from('x'))
    if (signal === 'SIGKILL') await server.end(signal)
    else server.pause()
    for (let i = 0; i < 3; i++) {
      await expect(within(750, state.append('l', 2, Buffer.from('x')))).rejects.toThrow(StateUnavailable)
      await expect(within(750, state.health())).rejects.toThrow(StateUnavailable)
    }
    if (signal === 'SIGKILL') await server.begin()
    else server.resume()
    await expect
      .poll(
        () =>
          state.health().then(
            () => 'well',
            () => 'ill',
          ),
        { timeout: 5000 },
      )
      .toBe('well')
    await state.append('l', 2, Buffer.from('x'))
    expect(await state.read('l', 0, 9)).toHaveLength(2)
    expect(said.at(-1)).toMatch(/is back$/)
    await state.close()
    await expect(state.get('x')).rejects.toThrow(/was closed/)
    await server.remove()
  })

  it('may come later, where that is said', async () => {
    const server = await startRedis()
    await server.end()
    const state = await openRedis({ url: server.url, timeoutMs: 300, whenAway: 'wait' })
    await expect(state.health()).rejects.toThrow(StateUnavailable)
    await server.begin()
    await expect
      .poll(
        () =>
          state.health().then(
            () => 'well',
            () => 'ill',
          ),
        { timeout: 5000 },
      )
      .toBe('well')
    await state.close()
    await server.remove()
  })

  it('for a moment only is not noticed: calls wait', async () => {
    const server = await startRedis()
    const state = await openRedis({ url: server.url })
    let sequence = 0
    const appending = (async () => {
      while (sequence < 2000) await state.append('l', ++sequence, Buffer.from('x'))
    })()
    await server.end('SIGKILL')
    await server.begin()
    await appending
    expect(await state.read('l', 0, 5000)).toHaveLength(2000)
    await state.close()
    await server.remove()
  })
})
