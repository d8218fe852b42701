import { spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '#adapters/servers.case.ts'
import { playRecorded, startProxy } from '../protocols/proxy.case.ts'
import { inShort } from '../protocols/script.case.ts'
import { redis } from './protocol.ts'

if (!hasRedis) console.log('skipped: what needs redis-server (on Debian: apt-get install redis)')

/** What a client said through a proxy, and what the reader made of it, a line a call. */
const record = async (server: RedisServer, talk: (port: number) => Promise<unknown>): Promise<string[]> => {
  const proxy = await startProxy({ port: server.port })
  await talk(proxy.port)
  await proxy.close()
  return proxy.connections.flatMap((said) => {
    const calls = playRecorded(redis, said).calls.map(inShort)
    expect(playRecorded(redis, said, { segment: 700, restart: true }).calls.map(inShort)).toEqual(calls)
    return calls.map((line) => line.replace(/^-?\d+ /, ''))
  })
}

const redisCli = (port: number, ...args: string[]) =>
  new Promise<string>((resolve) => {
    const child = spawn('redis-cli', ['-p', String(port), ...args])
    let out = ''
    child.stdout.on('data', (bytes) => (out += bytes))
    child.once('close', () => resolve(out))
  })

describe.skipIf(!hasRedis)('a real Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis('--requirepass', 'hunter2')
  })
  afterAll(() => server.remove())

  const connect = (port: number) => new Redis({ port, password: 'hunter2', enableReadyCheck: false, db: 3 })

  it('is read, asked by ioredis in pipelines and transactions', async () => {
    const lines = await record(server, async (port) => {
      const client = connect(port)
      await Promise.all(Array.from({ length: 200 }, (_, i) => client.set(`key:${i}`, 'v'.repeat(i * 7))))
      await client.pipeline().get('key:3').hset('h', { a: 1, b: 'ü' }).hgetall('h').lpop('key:1').exec()
      await client.multi().incr('n').incr('n').exec()
      await client.set('binary', Buffer.from([0, 255, 13, 10]))
      await client.eval('return {1, "a", {ok = "fine"}}', 0)
      await client.quit()
    })
    expect(lines.join('\n')).not.toContain('hunter2')
    expect(lines).toContainEqual(expect.stringMatching(/^complete success: HELLO 3 AUTH default \*\*\* > /))
    expect(lines).toContain('complete success: GET key:3 > "vvvvvvvvvvvvvvvvvvvvv"')
    expect(lines).toContain('complete success: HGETALL h > {"a":"1","b":"ü"}')
    expect(lines).toContain('complete success: EXEC > [1,2]')
    expect(lines).toContain('complete success: EVAL "return {1, \\"a\\", {ok = \\"fine\\"}}" 0 > [1,"a","fine"]')
    expect(lines.filter((line) => line.startsWith('complete failure') && !line.includes('SETINFO'))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('complete success: SET key:'))).toHaveLength(200)
    expect(lines.filter((line) => !line.startsWith('complete '))).toEqual([])
  })

  it('is read while it publishes, and is monitored', async () => {
    const lines = await record(server, async (port) => {
      const [listener, monitored, speaker] = [connect(port), connect(port), connect(port)]
      await listener.subscribe('news', 'more')
      await listener.psubscribe('n*')
      const monitor = await monitored.monitor()
      await speaker.publish('news', 'hello')
      await speaker.get('a')
      await listener.unsubscribe('news')
      for (const client of [listener, monitor, speaker, monitored]) client.disconnect()
    })
    expect(lines).toContain('complete success: SUBSCRIBE news more > [["subscribe","news",1],["subscribe","more",2]]')
    expect(lines).toContain('complete success: message news > ["message","news","hello"]')
    expect(lines).toContain('complete success: pmessage n* > ["pmessage","n*","news","hello"]')
    expect(lines.some((line) => /^complete success: \[3 127\.0\.0\.1:\d+\] "get" "a"/.test(line))).toBe(true)
    expect(lines.filter((line) => line.includes('UNSUBSCRIBE news >'))).toHaveLength(1)
  })

  it('is read, asked by redis-cli', async () => {
    const lines = await record(server, async (port) => {
      await redisCli(port, '-3', '-a', 'hunter2', '--no-auth-warning', 'HSET', 'cli', 'f', '1')
      await redisCli(port, '-3', '-a', 'hunter2', '--no-auth-warning', 'HGETALL', 'cli')
      await redisCli(port, '-3', '-a', 'hunter2', '--no-auth-warning', 'CONFIG', 'GET', 'require*')
      await redisCli(port, '-3', '-a', 'hunter2', '--no-auth-warning', 'ACL', 'SETUSER', 'bob', '>hunter2')
    })
    expect(lines.join('\n')).not.toContain('hunter2')
    expect(lines).toContain('complete success: HGETALL cli > {"f":"1"}')
    expect(lines).toContain('complete success: CONFIG GET require* > {"requirepass":"***"}')
    expect(lines).toContain('complete success: ACL SETUSER bob >*** > "OK"')
  })
})
