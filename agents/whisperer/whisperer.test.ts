import { type ChildProcess, spawn } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpBus } from '#adapters/bus/http/bus.ts'
import type { RefusedFor } from '#adapters/capture/port.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { micros } from '#engines/time.ts'
import { newIdentity } from '../agent/identity.ts'
import { defaults, type Options } from './options.ts'
import type { Told } from './parent.ts'
import { Receiver } from './receiver.case.ts'
import { Whisperer } from './whisperer.ts'

const mayCapture = process.getuid?.() === 0
if (!mayCapture) process.stderr.write('whisperer, live: left out, there is no right to capture here\n')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (done: () => boolean, ms = 20_000) => {
  for (const end = performance.now() + ms; !done(); await pause(20))
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${done}`)
}

/** A server that counts what it gets, and connections to it. */
const echo = net.createServer((socket) =>
  socket
    .resume()
    .on('end', () => socket.end())
    .on('error', () => {}),
)
let port = 0
const talk = async (bytes: number) => {
  const client = net.connect(port, '127.0.0.1').resume()
  client.end(Buffer.alloc(bytes, 'x'))
  await once(client, 'close')
}

const receiver = new Receiver()
let folder = ''
let whisperer: Whisperer | undefined
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whisperer-'))
  receiver.events.length = 0
  receiver.answer = () => undefined
  await receiver.start(0)
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  port = (echo.address() as AddressInfo).port
})
afterEach(async () => {
  await whisperer?.stop()
  whisperer = undefined
  child?.kill('SIGKILL')
  child = undefined
  await receiver.stop()
  await new Promise((resolve) => echo.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const begin = async (options: Partial<Options> = {}) => {
  whisperer = new Whisperer({
    bus: httpBus({ url: receiver.url, timeoutMs: 1000 }),
    source: {
      kind: 'interface',
      module: import.meta.resolve('#adapters/capture/libpcap/live.ts'),
      exclude: [{ addresses: ['127.0.0.1'], port: receiver.port }],
    },
    options: { ...defaults(), interface: ['lo'], filter: `tcp port ${port}`, batchAge: 50, resolve: 'none', ...options },
    identity: newIdentity('test', '0'),
  })
  await whisperer.start()
  return whisperer
}
const end = async () => {
  const outcome = await whisperer!.stop()
  whisperer = undefined
  return outcome
}

const payload = () => {
  const decoder = new PacketDecoder()
  return receiver
    .packets()
    .reduce((sum, { bytes, at, length }) => sum + decoder.decode(bytes, 0, bytes.length, length, micros(at), 1, 0).payloadLength, 0)
}
const bytesIn = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
/** The spool holds so many bytes of payload, and what is around them: nothing was added for half a second. */
const spooled = async (payload: number) => {
  for (let before = -1; ; await pause(500)) {
    const now = existsSync(folder) ? bytesIn(folder) : 0
    if (now > payload && now === before) return
    before = now
  }
}
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

describe.skipIf(!mayCapture)('whisperer, live', () => {
  it('sends every packet once, in the order of its lane, with an end; and its numbers add up', async () => {
    const agent = await begin({ statusInterval: 200, batchSize: 64 << 10 })
    for (let i = 0; i < 20; i++) await talk(50_000)
    await pause(500)
    const outcome = await end()
    expect(outcome).toEqual({ files: [], spooled: 0, lost: 0, message: undefined })
    expect(payload()).toBe(1_000_000)
    const lanes = [...receiver.lanes().values()]
    expect(lanes.length).toBeGreaterThan(3)
    for (const { sequences, ended } of lanes) expect([sequences, ended]).toEqual([upTo(sequences.length), true])
    const times = receiver.packets().map(({ at }) => at / 1000)
    expect(Math.max(...times.map((time) => Math.abs(time - Date.now())))).toBeLessThan(60_000)
    const statuses = receiver.statuses()
    expect(statuses.length).toBeGreaterThan(2)
    expect([statuses[0].spider.state, statuses.at(-1)?.spider.state]).toEqual(['capturing', 'stopped'])
    const { captured, filtered, overflow, dropped, sent } = agent.status().spider
    expect(captured.packets).toBe(receiver.packets().length + filtered.packets + overflow.packets)
    expect(captured.bytes).toBe(receiver.packets().reduce((sum, { length }) => sum + length, 0))
    expect([dropped.kernel, overflow.packets, sent.retries]).toEqual([0, 0, 0])
    expect(sent.events).toBe(receiver.of('packets.captured').length)
  })

  it('speaks seldom while nothing changes, and says how seldom', async () => {
    await begin({ statusInterval: 100, statusIdle: 60_000 })
    const spoken = () => receiver.statuses().map(({ spider }) => spider.next)
    await until(() => spoken().length > 2)
    await pause(1_000)
    expect(spoken()).toEqual([0.1, 0.1, 60])
    await talk(1_000)
    await until(() => spoken().length > 3)
    expect(spoken()[3]).toBe(0.1)
  })

  it('learns names from DNS answers it sees', async () => {
    await begin({ filter: 'udp port 5353' })
    const answer = Buffer.from([
      0,
      0,
      0x84,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      6,
      ...Buffer.from('orders'),
      5,
      ...Buffer.from('local'),
      0,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      9,
      0,
      4,
      10,
      9,
      8,
      7,
    ])
    const socket = dgram.createSocket('udp4')
    socket.send(answer, 5353, '127.0.0.1', () => socket.close())
    await once(socket, 'close')
    await until(() => receiver.hosts().length > 0)
    expect(receiver.hosts()).toMatchObject([{ ip: '10.9.8.7', name: 'orders.local', origin: 'dns-answer' }])
  })

  it('tries again what may succeed, gives up what never will, and goes on', async () => {
    const seen = new Map<string, number>()
    const refused = new Set<string>()
    receiver.answer = ({ id, type, sequence }) => {
      if (!type.startsWith('packets')) return undefined
      const times = (seen.get(id) ?? 0) + 1
      seen.set(id, times)
      if (sequence === 2) {
        refused.add(id)
        return { status: 400 }
      }
      return times > 2 ? undefined : times === 1 ? { status: 503, retryAfter: 0 } : { status: 429, retryAfter: 1 }
    }
    const agent = await begin({ lanes: 1 })
    for (let i = 0; i < 3; i++) {
      await talk(1000)
      await pause(150)
    }
    await until(() => receiver.of('packets').length >= 2)
    const { lost, message } = await end()
    expect(refused.size).toBe(1)
    expect([...receiver.lanes().values()][0].sequences).toEqual([1, ...upTo(seen.size).slice(2)])
    expect(lost).toBe(agent.status().spider.captured.packets - receiver.packets().length)
    expect(message).toMatch(/packets were lost: .* answered 400/)
    expect(agent.status().spider.sent.retries).toBe(2 * (seen.size - 1))
  })

  it('keeps what the server took too long to answer, though it took it: the same again, once in effect', async () => {
    let slow = 3
    receiver.answer = ({ type }) => (type.startsWith('packets') && slow-- > 0 ? { status: 202, afterMs: 1500 } : undefined)
    await begin()
    await talk(10_000)
    await until(() => slow < 0)
    await end()
    expect(payload()).toBe(10_000)
  })

  it('keeps packets on disk while the server is away, and then leaves nothing there', async () => {
    await receiver.stop()
    await begin({ spool: folder })
    for (let i = 0; i < 10; i++) await talk(50_000)
    await until(() => readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.spool')))
    await until(() => whisperer!.status().spider.spool.bytes > 500_000)
    await receiver.start()
    await until(() => payload() === 500_000)
    expect(await end()).toMatchObject({ spooled: 0, lost: 0 })
    for (const { sequences } of receiver.lanes().values()) expect(sequences).toEqual(upTo(sequences.length))
    expect(readdirSync(folder)).toEqual([])
  })

  it('drops whole conversations when no more may be kept, and tells the server', async () => {
    await receiver.stop()
    const agent = await begin({ memory: 1 << 20, lanes: 1, batchSize: 4096 })
    for (let i = 0; i < 60; i++) {
      await talk(30_000)
      await pause(20)
    }
    await pause(200)
    await receiver.start()
    await talk(100)
    await end()
    const { overflow, captured } = agent.status().spider
    expect(overflow.conversations).toBeGreaterThan(5)
    expect(captured.packets).toBe(receiver.packets().length + overflow.packets)
    const decoder = new PacketDecoder()
    const bytes = new Map<number, number>()
    for (const packet of receiver.packets()) {
      const frame = decoder.decode(packet.bytes, 0, packet.bytes.length, packet.length, micros(packet.at), 1, 0)
      if (frame.targetPort === port) bytes.set(frame.sourcePort, (bytes.get(frame.sourcePort) ?? 0) + frame.payloadLength)
    }
    expect([...new Set(bytes.values())].filter((sum) => sum !== 100)).toEqual([30_000])
    const told = receiver.counters().at(-1)!
    expect(told.accepted! - told.droppedByKernel! - told.delivered!).toBe(overflow.packets)
  })
})

describe.skipIf(!mayCapture)('whisperer, as a process', () => {
  const launch = async (...args: string[]) => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const all = ['--server', receiver.url, '-i', 'lo', '-f', `tcp port ${port}`, '--batch-age', '50ms', '--name', 'p', ...args]
    child = spawn(process.execPath, [main, ...all], { stdio: ['ignore', 'inherit', 'pipe'] })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await until(() => said.includes('captures on') || child?.exitCode !== null)
    return { process: child, said: () => said }
  }
  const finish = async (running: ChildProcess, signal: NodeJS.Signals) => {
    running.kill(signal)
    const [code] = await once(running, 'exit')
    return code
  }

  it('killed with -9 while the server was away, sends at its next start what it had', async () => {
    await receiver.stop()
    const first = await launch('--spool', folder)
    for (let i = 0; i < 10; i++) await talk(20_000)
    await spooled(200_000)
    await finish(first.process, 'SIGKILL')
    await receiver.start()
    const second = await launch('--spool', folder)
    await talk(5000)
    await until(() => payload() === 205_000)
    expect(await finish(second.process, 'SIGTERM')).toBe(0)
    expect(new Set([...receiver.lanes().keys()].map((key) => key.split('/')[0])).size).toBe(2)
    for (const { sequences } of receiver.lanes().values()) expect(sequences).toEqual(upTo(sequences.length))
    expect(readdirSync(folder)).toEqual([])
    expect(second.said()).toMatch(/packets\n$/)
  })

  it('sends the last packets on Ctrl-C, and says what it could not send', async () => {
    const { process: running } = await launch('--batch-age', '60s')
    await talk(7000)
    expect(await finish(running, 'SIGINT')).toBe(0)
    expect(payload()).toBe(7000)
    const away = await launch('--spool', folder)
    await receiver.stop()
    await talk(7000)
    await spooled(7000)
    expect(await finish(away.process, 'SIGINT')).toBe(0)
    expect(away.said()).toMatch(/\d+ bytes wait in the spool for the next start/)
  })

  const listen = (...args: string[]) => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const told: Told[] = []
    const running = spawn(process.execPath, [main, '--server', receiver.url, '-i', 'lo', '--batch-age', '50ms', ...args], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }).on('message', (message: Told) => told.push(message))
    child = running
    return { process: running, told, exited: once(running, 'exit') }
  }

  it('ends by itself when its size or its time is reached, and tells who started it how it went', async () => {
    const sized = listen('-f', `tcp port ${port}`, '--limit-size', '64KB')
    await until(() => sized.told.length > 0)
    await talk(200_000)
    expect(await sized.exited).toEqual([0, null])
    const last = sized.told.at(-1)
    expect(last).toMatchObject({ kind: 'status', status: { spider: { state: 'stopped' } } })
    expect(last?.kind === 'status' && last.status.spider.captured.bytes).toBeGreaterThanOrEqual(65_536)
    const timed = listen('-f', `tcp port ${port}`, '--limit-time', '1s')
    expect(await timed.exited).toEqual([0, null])
  })

  it('ends when who started it is gone', async () => {
    const left = listen('-f', `tcp port ${port}`)
    await until(() => left.told.length > 0)
    left.process.disconnect()
    expect(await left.exited).toEqual([0, null])
  })

  it.each<[string[], RefusedFor]>([
    [['-f', 'tcp prt 1'], 'filter'],
    [['-i', 'nope0'], 'interface'],
    [['--lanes', '0'], 'other'],
  ])('tells who started it that it is refused for %j', async (args, refusedFor) => {
    const { told, exited } = listen(...args)
    expect(await exited).toEqual([2, null])
    expect(told).toMatchObject([{ kind: 'refused', refusedFor }])
  })

  it.each<[string[], RegExp]>([
    [['-f', 'tcp prt 1'], /libpcap does not accept the filter "tcp prt 1": .*syntax error/],
    [['-i', 'nope0'], /there is no interface lo,nope0|there is no interface nope0: there are /],
  ])('refuses %j with exit code 2', async (args, words) => {
    const { process: running, said } = await launch(...args)
    if (running.exitCode === null) await once(running, 'exit')
    expect([running.exitCode, said()]).toEqual([2, expect.stringMatching(words)])
  })
})
