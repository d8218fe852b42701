import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { Cluster, Redis } from 'ioredis'
import { StateUnavailable } from '../port.ts'
import type { Address } from './address.ts'
import { explain, passes, UnusableRedis } from './errors.ts'
import type { Script } from './scripts.ts'

export interface ConnectionSettings {
  /** A call fails after this time, ms. */
  timeoutMs: number
  /** What Node's TLS needs beside the address: `ca`, `cert`, `key`, `servername`. */
  tls?: ConnectionOptions
  /** Told, one line each, that the server went away and came back. */
  log: (line: string) => void
}

export type Argument = string | number | Uint8Array

/** Reconnecting is tried sooner at first, and never less than once a second. */
const retryDelay = (times: number): number => Math.min(50 * 2 ** Math.min(times, 5), 1000)

/** One connection (or one to each node of a Cluster), which comes back by itself. Every call ends in bounded time. */
export class Connection {
  readonly client: Redis | Cluster
  readonly where: string
  readonly #secret: string | undefined
  readonly #timeoutMs: number
  readonly #log: (line: string) => void
  #problem: StateUnavailable | undefined
  #closed = false

  constructor(address: Address, settings: ConnectionSettings) {
    this.where = `Redis at ${address.label}`
    this.#secret = address.password
    this.#timeoutMs = settings.timeoutMs
    this.#log = settings.log
    this.client = connect(address, settings)
    const failed = (error: Error) => this.#failed(this.explain(error))
    this.client.on('error', failed)
    // A Cluster tells here of each node; it is away only when no node answers, but what makes it unusable is known from one.
    this.client.on('node error', (error: Error) => {
      const problem = this.explain(error)
      if (problem instanceof UnusableRedis) this.#failed(problem)
    })
    this.client.on('ready', () => this.#back())
  }

  /** Asks for a command's answer. Throws `StateUnavailable`. */
  async call(name: string, ...args: Argument[]): Promise<unknown> {
    return this.ask(() => this.client.callBuffer(name, ...(args as (string | number | Buffer)[])))
  }

  /** Runs a script, which the server is told once. */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const all = [keys.length, ...keys, ...args] as (string | number | Buffer)[]
    return this.ask(() =>
      this.client.callBuffer('EVALSHA', script.sha, ...all).catch((error: Error) => {
        if (!error.message.startsWith('NOSCRIPT')) throw error
        return this.client.callBuffer('EVAL', script.lua, ...all)
      }),
    )
  }

  /** The masters of a Cluster, or the one server. */
  masters(): Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
  }

  explain(error: Error): StateUnavailable {
    return explain(error, this.where, this.#secret)
  }

  /** Waits for what is on its way. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.client.status === 'ready')
      await this.#within(this.client.quit(), this.#timeoutMs).catch((error: Error) => this.#log(error.message))
    this.client.disconnect()
  }

  /** Sends, and sends again when the connection broke, until the time is over. */
  async ask<T>(send: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs
    for (;;) {
      await this.#ready(deadline)
      try {
        return await this.#within(send(), deadline - performance.now())
      } catch (error) {
        if (!passes(error as Error) || performance.now() > deadline) throw this.explain(error as Error)
      }
      await sleep(20)
    }
  }

  async #ready(deadline: number): Promise<void> {
    if (this.#closed) throw new StateUnavailable(`${this.where}: the connection was closed`)
    if (this.client.status === 'ready') return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const failed = (error: Error) => {
      const problem = this.explain(error)
      if (problem instanceof UnusableRedis) reject(problem)
    }
    this.client.once('ready', resolve).on('error', failed).on('node error', failed)
    try {
      await this.#within(promise, deadline - performance.now())
    } finally {
      this.client.off('ready', resolve).off('error', failed).off('node error', failed)
    }
  }

  #within<T>(promise: Promise<T>, ms: number): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const seconds = this.#timeoutMs / 1000
    const timer = setTimeout(
      () => reject(this.#problem ?? new StateUnavailable(`${this.where} did not answer within ${seconds} s`)),
      Math.max(ms, 0),
    )
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
  }

  #failed(problem: StateUnavailable): void {
    if (this.#problem?.message !== problem.message) this.#log(problem.message)
    this.#problem = problem
  }

  #back(): void {
    if (this.#problem) this.#log(`${this.where} is back`)
    this.#problem = undefined
  }
}

function connect(address: Address, { timeoutMs, tls }: ConnectionSettings): Redis | Cluster {
  const { kind, hosts, username, password, db, master } = address
  const secured = address.tls ? { tls: tls ?? {} } : {}
  const common = {
    ...(username && { username }),
    ...(password && { password }),
    ...secured,
    connectTimeout: timeoutMs,
    // A server that stopped answering is given up as one that is gone, else its connection would be waited for.
    socketTimeout: timeoutMs,
    connectionName: 'spider',
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
  if (kind === 'cluster') {
    const { enableOfflineQueue: _, ...redisOptions } = common
    return new Cluster(hosts, {
      redisOptions,
      clusterRetryStrategy: retryDelay,
      slotsRefreshTimeout: timeoutMs,
      // Certificates name hosts, not addresses.
      ...(address.tls && { dnsLookup: (host: string, found: (error: null, address: string) => void) => found(null, host) }),
    })
  }
  const retry = { retryStrategy: retryDelay, db }
  if (kind === 'sentinel') {
    const sentinelTls = address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls ?? {} } : {}
    return new Redis({ ...common, ...retry, ...sentinelTls, sentinels: hosts, name: master, sentinelRetryStrategy: retryDelay })
  }
  return new Redis({ ...common, ...retry, ...hosts[0] })
}
