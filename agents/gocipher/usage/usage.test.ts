import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import type { Event } from '#events/define.ts'
import { type NetworkUsage, networkUsage } from '#events/network-usage.ts'
import { newIdentity } from '../../agent/identity.ts'
import { installed } from '../able.case.ts'
import { parse } from '../options.ts'
import { pause, Targets } from '../targets.case.ts'
import { cannotCount } from './able.case.ts'
import { UsageKernel } from './kernel.ts'
import { Count, Program, tcpClient, tcpServer } from './traffic.case.ts'
import { Usage } from './usage.ts'

const folder = mkdtempSync(join(tmpdir(), 'usage-'))
const reason = await cannotCount(folder)
if (reason !== undefined) process.stderr.write(`network usage, live: left out: ${reason}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(reason !== undefined)('what processes send and receive', () => {
  let kernel: UsageKernel
  let count: Count
  let programs: Program[]
  const run = (script: string, before?: string[]): Program => {
    const program = new Program(script, before)
    programs.push(program)
    return program
  }

  beforeAll(async () => {
    kernel = await UsageKernel.open(folder)
  })
  afterAll(() => kernel?.close())
  beforeEach(() => {
    programs = []
    count = new Count(kernel)
  })
  afterEach(async () => {
    for (const program of programs) await program.stop()
    await kernel.read()
  })

  it.each([
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['::1', '::1', '::1'],
    ['::', '127.0.0.1', '127.0.0.1'],
  ])('over TCP, to %s by %s: bytes, connections, messages, at both ends', async (listen, host, address) => {
    const server = run(tcpServer(listen, 3))
    const port = Number(await server.line())
    const client = run(tcpClient(host, port, 20, 50_001))
    await client.line()
    await pause(200)
    await count.read()
    const there = { transport: 'tcp', local: address, remote: address, port } as const
    const sent = count.of({ ...there, pid: client.pid, direction: 'outgoing' })
    const taken = count.of({ ...there, pid: server.pid, direction: 'incoming' })
    for (const sums of [sent, taken]) expect(sums).toMatchObject({ connections: 20, failed: 0 })
    expect([sent.sent.bytes, sent.received.bytes]).toEqual([1_000_020, 3_000_060])
    expect([taken.sent.bytes, taken.received.bytes]).toEqual([3_000_060, 1_000_020])
    expect([taken.sent.messages, taken.received.messages]).toEqual([sent.received.messages, sent.sent.messages])
    expect(sent.sent.messages).toBeGreaterThanOrEqual(20)
    const all = count.of({ port, transport: 'tcp' })
    expect(all.sent.bytes).toBe(4_000_080)
  })

  it('of a connection that stays open, each byte in one sum, as ss says too', async () => {
    const server = run(tcpServer('127.0.0.1'))
    const port = Number(await server.line())
    const client = run(`const socket = require('net').connect(${port}, '127.0.0.1', () => console.log('open'))
      let got = 0, wanted = 0
      socket.on('data', (data) => { got += data.length; if (got === wanted) console.log(got) })
      require('readline').createInterface({ input: process.stdin }).on('line', (bytes) => { wanted += Number(bytes); socket.write(Buffer.alloc(Number(bytes))) })`)
    await client.line()
    let bytes = 0
    for (const more of [1, 70_000, 0, 123_456]) {
      if (more > 0) {
        client.say(String(more))
        await client.line()
      }
      bytes += more
      await count.read()
      expect(count.of({ pid: client.pid })).toMatchObject({ sent: { bytes }, received: { bytes }, connections: 1 })
    }
    if (!installed('ss')) return
    const said = execFileSync('ss', ['-tinH', 'dport', '=', `:${port}`], { encoding: 'utf8' })
    const field = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(said)?.[1])
    const sums = count.of({ pid: client.pid })
    expect([field('bytes_sent') - (field('bytes_retrans') || 0), field('bytes_received')]).toEqual([sums.sent.bytes, sums.received.bytes])
    expect([field('data_segs_out'), field('data_segs_in')]).toEqual([sums.sent.messages, sums.received.messages])
  })

  it('of sockets that were there before, from now on alone, and in which direction', async () => {
    const server = net.createServer((socket) => socket.pipe(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = net.connect(port, '127.0.0.1')
    socket.write(Buffer.alloc(10_000))
    for (let got = 0; got < 10_000; ) got += ((await once(socket, 'data')) as [Buffer])[0].length
    const second = await UsageKernel.open(folder)
    try {
      const later = new Count(second)
      socket.write(Buffer.alloc(77))
      await once(socket, 'data')
      await later.read()
      for (const direction of ['outgoing', 'incoming'] as const)
        expect(later.of({ pid: process.pid, port, direction })).toMatchObject({
          sent: { bytes: 77 },
          received: { bytes: 77 },
          connections: 0,
        })
    } finally {
      await second.close()
      socket.destroy()
      server.close()
    }
  })

  it('of a process that lives for a moment, by its name', async () => {
    const server = run(tcpServer('127.0.0.1'))
    const port = Number(await server.line())
    execFileSync('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; echo -n twelve bytes >&3; head -c 12 <&3 > /dev/null`])
    await pause(200)
    await count.read()
    expect(count.of({ name: 'bash', port })).toMatchObject({ sent: { bytes: 12 }, received: { bytes: 12 }, connections: 1 })
  })

  it('of connections that nobody takes', async () => {
    const port = await freePort()
    const client = run(tcpClient('127.0.0.1', port, 3, 10))
    await client.line()
    await count.read()
    expect(count.of({ pid: client.pid, port })).toMatchObject({ connections: 0, failed: 3, sent: { bytes: 0 } })
  })

  it.skipIf(!installed('nginx') || !installed('openssl'))('of the process that accepts, not of the one that listens', async () => {
    const targets = new Targets(folder)
    const port = await freePort()
    const { pid: master = 0 } = await targets.nginx(port)
    await count.read()
    const before = count.of({ port, direction: 'incoming' }).connections
    const client = run(tcpClient('127.0.0.1', port, 10, 20))
    await client.line()
    const long = net.connect(port, '127.0.0.1')
    await once(long, 'connect')
    await pause(200)
    await count.read()
    long.destroy()
    await targets.stop()
    expect(count.of({ port, direction: 'incoming' }).connections - before).toBe(11)
    expect(count.of({ port, pid: master }).connections).toBe(0)
    expect(count.of({ port, name: 'nginx' }).received.bytes).toBe(200)
  })

  it.each([
    ['udp4', '127.0.0.1', false],
    ['udp4', '127.0.0.1', true],
    ['udp6', '::1', false],
    ['udp6', '::ffff:127.0.0.1', false],
  ])('over UDP (%s to %s, connected: %s): datagrams and their bytes, also such as are sent in pieces', async (type, host, connected) => {
    const dual = type === 'udp6' ? "'::'" : "'0.0.0.0'"
    const server = run(`let got = 0, bytes = 0
      const socket = require('dgram').createSocket('${type}').on('message', (data, from) => {
        got++; bytes += data.length; socket.send('ok', from.port, from.address)
        if (got === 31) console.log(bytes)
      }).bind(0, ${dual}, () => console.log(socket.address().port))`)
    const port = Number(await server.line())
    const client = run(`const socket = require('dgram').createSocket({ type: '${type}', recvBufferSize: 1 << 20 })
      let sent = 0
      const send = () => socket.send(Buffer.alloc(sent++ === 0 ? 20_000 : 100), ...(${connected} ? [] : [${port}, '${host}']))
      socket.on('message', () => sent === 31 ? console.log('done') : send())
      ${connected} ? socket.connect(${port}, '${host}', send) : send()`)
    const [bytes] = await Promise.all([server.line(), client.line()])
    expect(bytes).toBe('23000')
    await count.read()
    const address = host.replace('::ffff:', '')
    const there = { transport: 'udp', local: address, remote: address, port } as const
    const request = { bytes: 23_000, messages: 31 }
    const answer = { bytes: 62, messages: 31 }
    expect(count.of({ ...there, pid: client.pid, direction: 'outgoing' })).toMatchObject({ sent: request, received: answer })
    expect(count.of({ ...there, pid: server.pid, direction: 'incoming' })).toMatchObject({ sent: answer, received: request })
  })

  it.skipIf(!installed('iptables') || !installed('unshare'))(
    'of what is lost and sent again, in another network namespace: as it counts itself',
    async () => {
      const script = `
      const { execFileSync } = require('child_process'), { readFileSync } = require('fs'), net = require('net')
      execFileSync('ip', ['link', 'set', 'lo', 'up'])
      execFileSync('iptables', '-A INPUT -p tcp --dport 7000 -m length --length 200: -m statistic --mode nth --every 4 --packet 0 -j DROP'.split(' '))
      const snmp = () => { const [names, values] = readFileSync('/proc/self/net/snmp', 'utf8').split('\\n').filter((line) => line.startsWith('Tcp:')).map((line) => line.split(' ')); return Number(values[names.indexOf('RetransSegs')]) }
      const server = net.createServer((socket) => socket.resume().on('end', () => socket.end())).listen(7000, '127.0.0.1', () => {
        const socket = net.connect(7000, '127.0.0.1', () => socket.end(Buffer.alloc(2_000_000)))
        socket.resume().on('close', () => { console.log(snmp()); setInterval(() => {}, 1000) })
      })`
      const program = run(script, ['unshare', '-n'])
      const again = Number(await program.line())
      await count.read()
      const sums = count.of({ pid: program.pid, direction: 'outgoing', port: 7000 })
      expect(again).toBeGreaterThan(0)
      expect(sums).toMatchObject({ retransmissions: again, sent: { bytes: 2_000_000 }, connections: 1 })
      expect(count.of({ pid: program.pid, direction: 'incoming', port: 7000 }).received.bytes).toBe(2_000_000)
    },
  )

  it('of more than can be told apart: the rest in one sum, none of it lost', async () => {
    const client = run(`const socket = require('dgram').createSocket('udp4')
      const send = (i) => i === 20_000 ? console.log('done') : socket.send('x', 9, '127.' + (1 + (i >> 14)) + '.' + ((i >> 7) & 127) + '.' + (1 + (i & 127)), () => send(i + 1))
      send(0)`)
    await client.line()
    await count.read()
    const told = count.of({ pid: client.pid }).sent.messages
    expect(told).toBeLessThanOrEqual(16_384)
    expect(count.others.udp.sent.messages).toBeGreaterThan(0)
    expect(told + count.others.udp.sent.messages).toBeGreaterThanOrEqual(20_000)
  })

  it.skipIf(!installed('setpriv')).each([
    ['net_admin', /^without: .*CAP_NET_ADMIN/],
    ['bpf', /^Refused: .*run it as root, or give it CAP_BPF/],
  ])('says what is missing where there is no right (%s), and counts TCP where it can', async (right, said) => {
    const open = `import('${new URL('kernel.ts', import.meta.url)}').then(async ({ UsageKernel }) => {
      const kernel = await UsageKernel.open('${folder}')
      await kernel.read()
      console.log('without: ' + kernel.withoutUdp)
      await kernel.close()
    }).catch(({ name, message }) => console.log(name + ': ' + message))`
    const without = `-sys_admin,-${right}`
    const program = run(open, ['setpriv', '--bounding-set', without, '--inh-caps', without])
    expect(await program.line()).toMatch(said)
  })

  it('goes to the server as events of network usage, of the processes asked for', async () => {
    const server = run(tcpServer('127.0.0.1'))
    const port = Number(await server.line())
    const events: Event[] = []
    const { options } = parse(['--cache', folder, '--pid', String(server.pid)], {})
    const usage = new Usage({ bus: { publish: async (event) => void events.push(event) }, options, identity: newIdentity('test', '0') })
    await usage.start()
    expect(usage.status()).toEqual({ state: 'counting', lost: 0 })
    const from = Date.now()
    const client = run(tcpClient('127.0.0.1', port, 5, 1000))
    await client.line()
    await pause(200)
    await usage.stop()
    await usage.sentAll()
    const told = events.map(({ data }) => networkUsage.check(data) as NetworkUsage)
    const usages = told.flatMap(({ usages }) => usages)
    expect(new Set(usages.map(({ process }) => process.pid))).toEqual(new Set([server.pid]))
    expect(usages.reduce((sum, { received }) => sum + received.bytes, 0)).toBe(5000)
    expect(usages[0].process).toMatchObject({ name: 'node', executable: process.execPath })
    expect(told.at(-1)?.to).toBeGreaterThanOrEqual(from)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    for (const each of told) expect(each.to).toBeGreaterThanOrEqual(each.from)
  })

  it('waits with its sums until they are to be sent, or it ends', async () => {
    // One that does not come round within the next minute.
    const interval = [420, 540, 599].find((seconds) => Date.now() % (seconds * 1000) < (seconds - 60) * 1000)
    const events: Event[] = []
    const server = run(tcpServer('127.0.0.1'))
    const port = Number(await server.line())
    const { options } = parse(['--cache', folder, '--pid', String(server.pid), '--usage-interval', `${interval}s`], {})
    const usage = new Usage({ bus: { publish: async (event) => void events.push(event) }, options, identity: newIdentity('test', '0') })
    await usage.start()
    await run(tcpClient('127.0.0.1', port, 5, 1000)).line()
    await pause(11_000)
    expect(events).toEqual([])
    await usage.stop()
    await usage.sentAll()
    const usages = events.flatMap(({ data }) => (data as NetworkUsage).usages)
    expect(usages.reduce((sum, { received }) => sum + received.bytes, 0)).toBe(5000)
  })
})

describe('where it cannot count', () => {
  it('says why, and does nothing', async () => {
    const { options } = parse(['--cache', join(folder, 'none')], {})
    const path = process.env.PATH
    process.env.PATH = ''
    try {
      const usage = new Usage({ bus: { publish: async () => {} }, options, identity: newIdentity('test', '0') })
      await usage.start()
      expect(usage.status()).toMatchObject({ state: 'refused', reason: expect.stringMatching(/clang|CONFIG_DEBUG_INFO_BTF/) })
      await usage.stop()
    } finally {
      process.env.PATH = path
    }
  })
})
