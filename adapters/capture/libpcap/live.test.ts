import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { CaptureRefused, type LiveCapture, type LiveOptions, type LiveSink } from '../port.ts'
import { openLive } from './live.ts'

const mayCapture = process.getuid?.() === 0
if (!mayCapture) process.stderr.write('live capture: left out, there is no right to capture here\n')

const DEFAULTS: LiveOptions = { interfaces: ['lo'], filter: '', exclude: [], snapLength: 65_536, bufferBytes: 4 << 20 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Seen {
  interfaceId: number
  ports: number[]
  payload: number
  kept: number
  length: number
}

let open: LiveCapture[] = []
const start = (options: Partial<LiveOptions>) => {
  const seen: Seen[] = []
  const decoder = new PacketDecoder()
  const failures: string[] = []
  let turns = 0
  const sink: LiveSink = {
    packet(bytes, from, end, originalLength, at, linkType, interfaceId) {
      const frame = decoder.decode(bytes, from, end, originalLength, at, linkType, interfaceId)
      seen.push({
        interfaceId,
        ports: [frame.sourcePort, frame.targetPort],
        payload: frame.payloadLength,
        kept: end - from,
        length: originalLength,
      })
    },
    turn: () => {
      turns++
    },
    failed: (_, message) => failures.push(message),
  }
  const capture = openLive({ ...DEFAULTS, ...options }, sink)
  open.push(capture)
  return { capture, seen, failures, turns: () => turns }
}
afterEach(() => {
  for (const capture of open) capture.close()
  open = []
})

/** One connection that sends `bytes` and ends, 127.0.0.1 to itself: ten packets at least, of which one or more with payload. */
const talk = async (bytes: number): Promise<number> => {
  const server = net.createServer((socket) => socket.on('data', () => {}).on('end', () => socket.end())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = net.connect(port, '127.0.0.1')
  client.end(Buffer.alloc(bytes, 'x'))
  client.resume()
  await once(client, 'close')
  server.close()
  return port
}

describe.skipIf(!mayCapture)('capture with libpcap', () => {
  it.each(['lo', 'any'])('delivers each packet once on %s', async (name) => {
    const { seen, turns, capture } = start({ interfaces: [name], filter: 'tcp' })
    const port = await talk(100_000)
    await pause(200)
    const own = seen.filter(({ ports }) => ports.includes(port))
    expect(own.reduce((sum, { payload }) => sum + payload, 0)).toBe(100_000)
    expect(turns()).toBeGreaterThan(3)
    expect(capture.counters(0)).toMatchObject({ dropped: 0, droppedByInterface: 0 })
    expect(capture.counters(0).received).toBeGreaterThanOrEqual(own.length)
  })

  it('cuts packets at the snap length', async () => {
    const { seen } = start({ filter: 'tcp', snapLength: 96 })
    const port = await talk(5000)
    await pause(200)
    const cut = seen.filter(({ ports, payload }) => ports.includes(port) && payload > 1000)
    expect(cut.length).toBeGreaterThan(0)
    for (const { kept, length } of cut) expect([kept, length > 1000]).toEqual([96, true])
  })

  it('leaves out an own endpoint, and only that', async () => {
    const server = net.createServer((socket) => socket.end('x')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { seen } = start({ filter: 'tcp', exclude: [{ addresses: ['127.0.0.1', '::1'], port }] })
    await once(net.connect(port, '127.0.0.1').resume(), 'close')
    server.close()
    const other = await talk(10)
    await pause(200)
    expect(seen.filter(({ ports }) => ports.includes(port))).toEqual([])
    expect(seen.filter(({ ports }) => ports.includes(other)).length).toBeGreaterThan(5)
  })

  it('captures on several interfaces at once, one of them a veth into a namespace', async () => {
    const name = `sp${process.pid}`
    const ip = (command: string) => execFileSync('ip', command.split(' '))
    ip(`netns add ${name}`)
    try {
      ip(`link add ${name}a type veth peer name ${name}b netns ${name}`)
      ip(`addr add 10.254.77.1/30 dev ${name}a`)
      ip(`link set ${name}a up`)
      ip(`-n ${name} addr add 10.254.77.2/30 dev ${name}b`)
      ip(`-n ${name} link set ${name}b up`)
      const server = net.createServer((socket) => socket.end('y'.repeat(3000))).listen(0, '10.254.77.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const { seen, capture, failures } = start({ interfaces: ['lo', `${name}a`], filter: 'tcp' })
      expect(capture.interfaces.map((found) => [found.name, found.linkType])).toEqual([
        ['lo', 1],
        [`${name}a`, 1],
      ])
      const client = `require('net').connect(${port}, '10.254.77.1').resume()`
      const done = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)))
      const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', client])
      await Promise.all([done, once(child, 'exit')])
      const loopback = await talk(10)
      await pause(200)
      server.close()
      const across = seen.filter(({ interfaceId }) => interfaceId === 1)
      expect(across.filter(({ ports }) => ports.includes(port)).reduce((sum, { payload }) => sum + payload, 0)).toBe(3000)
      expect(seen.some(({ interfaceId, ports }) => interfaceId === 0 && ports.includes(loopback))).toBe(true)
      ip(`link del ${name}a`)
      await pause(200)
      expect(failures).toEqual([`the capture on ${name}a has ended: the interface is down or gone`])
      const after = await talk(10)
      await pause(200)
      expect(seen.some(({ ports }) => ports.includes(after))).toBe(true)
    } finally {
      ip(`netns del ${name}`)
    }
  })

  it.each([
    [{ filter: 'tcp prt 80' }, 'libpcap does not accept the filter "tcp prt 80": can\'t parse filter expression: syntax error'],
    [{ filter: 'host no.such.name.invalid' }, /the filter "host no\.such\.name\.invalid": .*no\.such\.name\.invalid/],
    [{ interfaces: ['nope0'] }, /^there is no interface nope0: there are .*\blo\b/],
  ])('refuses %j in words of use', (options, words) => {
    expect(() => start(options)).toThrow(CaptureRefused)
    expect(() => start(options)).toThrow(words)
  })

  it('tells who has no right which capability is missing', () => {
    const script = `import('${new URL('./live.ts', import.meta.url)}').then(({ openLive }) => { try { openLive(${JSON.stringify(DEFAULTS)}, {}) } catch (error) { console.log(error.message) } })`
    const { stdout } = spawnSync('setpriv', ['--reuid', '65534', '--clear-groups', process.execPath, '-e', script], { encoding: 'utf8' })
    expect(stdout).toMatch(
      /^no right to capture on lo: CAP_NET_RAW is missing; give it with: sudo setcap cap_net_raw,cap_net_admin=eip \/\S+node /,
    )
  })
})
