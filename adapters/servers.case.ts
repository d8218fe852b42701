/**
 * Servers for tests of adapters. One whose address an environment variable tells is used (`scripts/servers env` prints them);
 * Redis is started where it is installed; what is not to be had is said in one line, and its tests are left out.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { freePort } from './free-port.case.ts'

export interface RedisServer {
  url: string
  port: number
  directory: string
  /** Ends it, by SIGTERM unless told, and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again, with what it had on disk. */
  begin(): Promise<void>
  /** Stops it where it is, as one that hangs, and lets it go on. */
  pause(): void
  resume(): void
  /** Ends it and deletes what it had. */
  remove(): Promise<void>
}

/** A test that fails before it removes its server leaves none behind. */
const removals = new Set<() => Promise<void>>()
afterAll(async () => void (await Promise.all([...removals].map((remove) => remove()))))

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** Says why the tests of a file are left out, in one line. */
export const leftOut = (file: string, why: string): void => console.log(`${file}: skipped, ${why}`)

/** URL of an Elasticsearch to be tested with, if there is one. */
export const findElasticsearch = (): string | undefined => told('ELASTICSEARCH_URL')

export interface S3Server {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
}

/** An S3 server to be tested with, if there is one: it may make and delete buckets. */
export function findS3(): S3Server | undefined {
  const endpoint = told('S3_ENDPOINT')
  const accessKeyId = told('AWS_ACCESS_KEY_ID')
  const secretAccessKey = told('AWS_SECRET_ACCESS_KEY')
  return endpoint && accessKeyId && secretAccessKey ? { endpoint, accessKeyId, secretAccessKey } : undefined
}

/** What the environment says, or else the servers that `scripts/servers up` has started. */
function told(name: string): string | undefined {
  started ??= new Map(
    spawnSync(join(import.meta.dirname, '../scripts/servers'), ['env'], { encoding: 'utf8' })
      .stdout?.split('\n')
      .map((line) => /^export (\w+)=(.*)$/.exec(line)?.slice(1) as [string, string])
      .filter(Boolean),
  )
  return process.env[name] || started.get(name)
}
let started: Map<string, string> | undefined

/** A Redis of the test's own, in a directory of its own, that keeps every write (`appendfsync always`) unless the options say otherwise. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  // A Cluster's nodes talk on the port 10000 above.
  const port = await freePort()
  const fixed = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--save', '']
  let child: ChildProcess | undefined
  const begin = async () => {
    child = spawn('redis-server', [...fixed, '--appendonly', 'yes', '--appendfsync', 'always', ...options], { stdio: 'ignore' })
    await listening(port, child)
  }
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null || !ending.kill(signal)) return
    // One that is stopped ends only once it goes on.
    ending.kill('SIGCONT')
    await once(ending, 'exit')
  }
  const remove = async () => {
    removals.delete(remove)
    await end('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }
  removals.add(remove)
  await begin()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory,
    begin,
    end,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    remove,
  }
}

/** A Redis Cluster of three masters, each a server of the test's own. */
export async function startRedisCluster(): Promise<{ url: string; nodes: RedisServer[]; remove(): Promise<void> }> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no']
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis(...cluster)))
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`)
  const remove = async () => void (await Promise.all(nodes.map((node) => node.remove())))
  const made = spawnSync('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'], { encoding: 'utf8' })
  if (made.status !== 0) {
    await remove()
    throw new Error(`the Redis Cluster was not made: ${made.stdout}${made.stderr}`)
  }
  return { url: `redis+cluster://${hosts.join(',')}`, nodes, remove }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 400 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.write('PING\r\n')
      const [answer] = await once(socket, 'data')
      // Loading what was on disk is answered with an error.
      if (/PONG|NOAUTH/.test(String(answer))) return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
    } finally {
      socket.destroy()
    }
    await sleep(25)
  }
  child.kill('SIGKILL')
  throw new Error(`redis-server did not start on port ${port}`)
}
