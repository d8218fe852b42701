import { type ChildProcess, spawn } from 'node:child_process'
import dgram from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { type Piece, play } from '../protocols/play.case.ts'

const DNSMASQ = ['/usr/sbin/dnsmasq', '/usr/local/sbin/dnsmasq', '/opt/homebrew/sbin/dnsmasq'].find(existsSync)
if (DNSMASQ === undefined) console.log('skipped: what needs dnsmasq (on Debian: apt-get install dnsmasq-base)')

const LONG = 'x'.repeat(250)
const ZONE = [
  '--host-record=a.shop.example,10.2.0.7,fd00::7',
  '--cname=www.shop.example,a.shop.example',
  '--mx-host=shop.example,a.shop.example,10',
  '--srv-host=_http._tcp.shop.example,a.shop.example,8080,5,6',
  '--txt-record=shop.example,v=1 all,more',
  '--caa-record=shop.example,0,issue,ca.example',
  '--ptr-record=7.0.2.10.in-addr.arpa,a.shop.example',
  `--txt-record=long.shop.example,${Array(8).fill(LONG).join(',')}`,
]

/** Stands between a resolver and its server, and writes down what passes; each TCP connection and each UDP conversation for itself. */
const relay = async (onward: number) => {
  const port = await freePort()
  const conversations: { transport: 'udp' | 'tcp'; pieces: Piece[] }[] = []
  const closing: (() => void)[] = []
  const udp = dgram.createSocket('udp4')
  const clients = new Map<number, dgram.Socket>()
  udp.on('message', (bytes, from) => {
    let socket = clients.get(from.port)
    if (socket === undefined) {
      socket = dgram.createSocket('udp4')
      clients.set(from.port, socket)
      const conversation = { transport: 'udp' as const, pieces: [] as Piece[] }
      conversations.push(conversation)
      socket.on('message', (answer) => {
        conversation.pieces.push({ side: 1, bytes: Uint8Array.from(answer) })
        udp.send(answer, from.port, from.address)
      })
      Object.assign(socket, { conversation })
      closing.push(() => socket!.close())
    }
    ;(socket as dgram.Socket & { conversation: { pieces: Piece[] } }).conversation.pieces.push({ side: 0, bytes: Uint8Array.from(bytes) })
    socket.send(bytes, onward, '127.0.0.1')
  })
  const tcp = net.createServer((client) => {
    const server = net.connect(onward, '127.0.0.1')
    const pieces: Piece[] = []
    conversations.push({ transport: 'tcp', pieces })
    for (const [side, from, to] of [[0, client, server] as const, [1, server, client] as const]) {
      from.on('data', (bytes) => {
        pieces.push({ side, bytes: Uint8Array.from(bytes as Buffer) })
        to.write(bytes)
      })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
    }
    closing.push(() => client.destroy())
  })
  await new Promise<void>((done) => udp.bind(port, '127.0.0.1', done))
  await new Promise<void>((done) => tcp.listen(port, '127.0.0.1', done))
  closing.push(
    () => udp.close(),
    () => tcp.close(),
  )
  const close = () => {
    for (const each of closing) each()
  }
  return { port, conversations, close }
}

interface Told {
  question: { name: string; type: string }
  answers?: { type: string; data: string }[]
  response_code?: string
}

const callsOf = (conversations: Awaited<ReturnType<typeof relay>>['conversations']) =>
  conversations.flatMap(({ transport, pieces }) =>
    play(pieces, { transport, server: { ip: '127.0.0.1', port: 7777 }, restart: true }).calls.map((call) => {
      const { question, answers = [], response_code: code } = call.fields.dns as unknown as Told
      const data = answers.map(({ type, data }) => `${type} ${data.slice(0, 40)}`)
      return { transport, call, line: [transport, question.type, question.name, code, ...data].join(' ') }
    }),
  )

describe.skipIf(DNSMASQ === undefined)('dnsmasq, asked by the resolver of Node', () => {
  let server: ChildProcess
  let between: Awaited<ReturnType<typeof relay>>
  const asked: PromiseSettledResult<unknown>[] = []

  beforeAll(async () => {
    const port = await freePort()
    const options = [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--local=/example/',
      '--user=root',
      '--pid-file=',
    ]
    server = spawn(DNSMASQ!, [...options, '--listen-address=127.0.0.1', '--bind-interfaces', `--port=${port}`, ...ZONE], {
      stdio: 'ignore',
    })
    for (let ready = false; !ready; await new Promise((done) => setTimeout(done, 20)))
      ready = await new Promise<boolean>((done) => {
        const probe = net.connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false))
        setTimeout(() => probe.destroy(), 100)
      })
    between = await relay(port)
    const resolver = new Resolver({ timeout: 2000, tries: 2 })
    resolver.setServers([`127.0.0.1:${between.port}`])
    asked.push(
      ...(await Promise.allSettled([
        resolver.resolve4('www.shop.example'),
        resolver.resolve6('a.shop.example'),
        resolver.resolveMx('shop.example'),
        resolver.resolveSrv('_http._tcp.shop.example'),
        resolver.resolveTxt('shop.example'),
        resolver.resolveCaa('shop.example'),
        resolver.reverse('10.2.0.7'),
        resolver.resolveTxt('long.shop.example'),
        resolver.resolve4('nobody.example'),
      ])),
    )
    await new Promise((done) => setTimeout(done, 30))
  })
  afterAll(() => {
    between.close()
    server.kill()
  })

  it('is read as the resolver reads it', () => {
    expect(asked.map(({ status }) => status)).toEqual([...Array(8).fill('fulfilled'), 'rejected'])
    const lines = callsOf(between.conversations).map(({ line }) => line)
    expect(lines.sort()).toEqual(
      [
        `tcp TXT long.shop.example NOERROR TXT "${LONG.slice(0, 39)}`,
        'udp A nobody.example NXDOMAIN',
        'udp A www.shop.example NOERROR CNAME a.shop.example A 10.2.0.7',
        'udp AAAA a.shop.example NOERROR AAAA fd00::7',
        'udp CAA shop.example NOERROR CAA 0 issue "ca.example"',
        'udp MX shop.example NOERROR MX 10 a.shop.example',
        'udp PTR 7.0.2.10.in-addr.arpa NOERROR PTR a.shop.example',
        'udp SRV _http._tcp.shop.example NOERROR SRV 5 6 8080 a.shop.example',
        'udp TXT long.shop.example NOERROR',
        'udp TXT shop.example NOERROR TXT "v=1 all" "more"',
      ].sort(),
    )
  })

  it('is whole, and the answer that did not fit is marked', () => {
    const calls = callsOf(between.conversations)
    expect(calls.filter(({ call }) => call.status !== 'complete')).toEqual([])
    expect(calls.filter(({ call }) => call.findings.includes('truncated')).map(({ transport }) => transport)).toEqual(['udp'])
    expect(calls.filter(({ call }) => call.outcome === 'failure').map(({ call }) => call.summary)).toEqual(['nobody.example'])
  })
})

describe('a server that answers late', () => {
  it('is asked again: a call without an answer, and one with it', async () => {
    const server = dgram.createSocket('udp4')
    let heard = 0
    server.on('message', (bytes, from) => {
      if (++heard < 2) return
      const answer = Buffer.from(bytes)
      answer.writeUInt16BE(0x8183, 2)
      server.send(answer, from.port, from.address)
    })
    await new Promise<void>((done) => server.bind(0, '127.0.0.1', done))
    const between = await relay(server.address().port)
    const resolver = new Resolver({ timeout: 100, tries: 4 })
    resolver.setServers([`127.0.0.1:${between.port}`])
    await expect(resolver.resolve4('late.example')).rejects.toThrow()
    between.close()
    server.close()
    // Node's resolver asks again from another port, with the same id: another conversation.
    const calls = callsOf(between.conversations).map(({ call }) => call)
    expect(calls.map(({ status, outcome }) => [status, outcome])).toEqual([
      ['incomplete', 'unknown'],
      ['complete', 'failure'],
    ])
    expect((calls[0].fields.dns as { id: string }).id).toBe((calls[1].fields.dns as { id: string }).id)
  })
})
