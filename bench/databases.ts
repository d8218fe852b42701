/**
 * Captures of databases as large as one likes: what a real driver and a real server said to each other is recorded once through a
 * proxy, and then repeated in packets, each time as a connection of another client.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { hasPostgres, PASSWORD, startPostgres } from '#engines/postgresql/server.case.ts'
import { startProxy } from '#engines/protocols/proxy.case.ts'
import type { Capture, Options } from './captures.ts'
import { installed } from './measure.ts'
import { repeat } from './repeat.ts'

const PORTS = { redis: 6379, postgresql: 5432 }

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
