/**
 * Captures of databases as large as one likes: what a real driver and a real server said to each other is recorded once through a
 * proxy, and then repeated in packets, each time as a connection of another client.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { hasPostgres, PASSWORD, startPostgres } from '#engines/postgresql/server.case.ts'
import { type Recorded, startProxy } from '#engines/protocols/proxy.case.ts'
import type { Capture, Options } from './captures.ts'
import { installed } from './measure.ts'

const SEGMENT = 1448
const PORTS = { redis: 6379, postgresql: 5432 }
const [FIN_ACK, SYN, PUSH_ACK, ACK, SYN_ACK] = [0x11, 0x02, 0x18, 0x10, 0x12]

/** Commands of a shop's cart and sessions, one by one and in pipelines. */
export async function redis(options: Options): Promise<Capture | string> {
  if (!installed('redis-server')) return 'Redis: left out, redis-server not installed'
  const directory = mkdtempSync(join(tmpdir(), 'bench-redis-'))
  const socket = 20_000 + (process.pid % 10_000)
  const server = spawn('redis-server', ['--port', String(socket), '--save', '', '--dir', directory], { stdio: 'ignore' })
  try {
    await sleep(500)
    const proxy = await startProxy({ port: socket })
    const client = new Redis({ port: proxy.port, enableReadyCheck: false, protocol: 2 })
    const session = JSON.stringify({
      user: 'ann',
      cart: Array.from({ length: 8 }, (_, id) => ({ id, name: `item number ${id}`, price: id * 3.5 })),
    })
    for (let i = 0; i < 500; i++) {
      await client.set(`session:${i}`, session, 'EX', 3600)
      await client.get(`session:${i}`)
      await client
        .pipeline()
        .incr('visits')
        .hset(`cart:${i}`, { item: i, count: 2 })
        .hgetall(`cart:${i}`)
        .lpush('recent', i)
        .lrange('recent', 0, 9)
        .exec()
    }
    await client.quit()
    await proxy.close()
    return repeat('Redis', 'resp', PORTS.redis, proxy.connections[0], 500 * 7 + 3, options)
  } finally {
    server.kill()
    await once(server, 'close')
    rmSync(directory, { recursive: true })
  }
}

/** Queries of a shop, prepared, one by one and in pipelines. */
export async function postgresql(options: Options): Promise<Capture | string> {
  if (!hasPostgres) return 'PostgreSQL: left out, not installed'
  const server = await startPostgres()
  try {
    await server.psql(
      server.port,
      'create table orders (id int primary key, customer text, total numeric, at timestamptz default now());' +
        "insert into orders select i, 'customer number ' || i, i * 1.5 from generate_series(1, 2000) i;",
    )
    const proxy = await startProxy({ port: server.port })
    const sql = postgres({ host: '127.0.0.1', port: proxy.port, user: 'ann', password: PASSWORD, database: 'postgres', max: 1 })
    let queries = 0
    const run = async (...asked: Promise<unknown>[]) => {
      queries += asked.length
      await Promise.all(asked)
    }
    for (let i = 1; i <= 500; i++) {
      await run(sql`select * from orders where id between ${i} and ${i + 10} order by id`)
      await run(sql`update orders set total = total + ${1} where id = ${i}`)
      await run(...[1, 2, 3].map((each) => sql`select id, customer from orders where id = ${i * each}`))
      await run(sql.unsafe(`select count(*), max(total) from orders where customer like '%${i}'`))
    }
    await sql.end()
    await proxy.close()
    return repeat('PostgreSQL', 'pgsql', PORTS.postgresql, proxy.connections[0], queries + 2, options)
  } finally {
    await server.stop()
  }
}

function repeat(
  name: string,
  protocol: Capture['protocol'],
  port: number,
  said: Recorded[],
  exchanges: number,
  { folder, megabytes }: Options,
): Capture {
  const file = join(folder, `${protocol}.pcap`)
  const out = openSync(file, 'w')
  let written = writeSync(out, header())
  let times = 0
  for (; written < megabytes * 1e6; times++) written += writeSync(out, Buffer.concat(packetsOf(said, times, port)))
  closeSync(out)
  return { name, protocol, file, bytes: statSync(file).size, exchanges: exchanges * times, port }
}

function header(): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(0xa1b2c3d4, 0)
  bytes.writeUInt16LE(2, 4)
  bytes.writeUInt16LE(4, 6)
  bytes.writeUInt32LE(262_144, 16)
  bytes.writeUInt32LE(1, 20)
  return bytes
}

/** One connection from its handshake to its end, as client number `times`. */
function packetsOf(said: Recorded[], times: number, port: number): Buffer[] {
  const packets: Buffer[] = []
  const sequence = [1000, 5000]
  const ends = [
    { ip: `10.1.${(times >> 8) & 255}.${times & 255}`, port: 40_000 },
    { ip: '10.2.0.1', port },
  ]
  const shift = times * 60e6
  const add = (side: 0 | 1, data: Uint8Array, flags: number, at: number) => {
    const [from, to] = [ends[side], ends[1 - side]]
    const segment = encodeTcp(data, {
      sourcePort: from.port,
      targetPort: to.port,
      sequence: sequence[side],
      acknowledgement: flags === SYN ? 0 : sequence[1 - side],
      flags,
    })
    const frame = encodeEthernet(encodeIpv4(segment, { source: from.ip, target: to.ip, protocol: 6 }), 0x0800)
    const record = Buffer.alloc(16)
    record.writeUInt32LE(Math.floor((at + shift) / 1e6), 0)
    record.writeUInt32LE(Math.floor((at + shift) % 1e6), 4)
    record.writeUInt32LE(frame.length, 8)
    record.writeUInt32LE(frame.length, 12)
    packets.push(record, Buffer.from(frame))
    sequence[side] += data.length + ((flags & 3) === 0 ? 0 : 1)
  }
  const nothing = new Uint8Array(0)
  const [start, end] = [said[0].at, said.at(-1)!.at]
  add(0, nothing, SYN, start - 2)
  add(1, nothing, SYN_ACK, start - 1)
  add(0, nothing, ACK, start)
  for (const { side, bytes, at } of said) {
    for (let from = 0; from < bytes.length; from += SEGMENT) add(side, bytes.subarray(from, from + SEGMENT), PUSH_ACK, at)
    add(side === 0 ? 1 : 0, nothing, ACK, at)
  }
  add(0, nothing, FIN_ACK, end + 1)
  add(1, nothing, FIN_ACK, end + 2)
  add(0, nothing, ACK, end + 3)
  return packets
}
