import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { addSums, type Flow, noSums, type Sums } from './flows.ts'
import type { UsageKernel } from './kernel.ts'

/** A process that runs a script of Node.js and says lines: what it says first is its port, or that it is done. */
export class Program {
  readonly #child: ChildProcess
  readonly #lines: Interface

  /** @param before what it is run with, such as `unshare -n`. */
  constructor(script: string, before: readonly string[] = []) {
    const [program, ...args] = [...before, process.execPath, '-e', script]
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout! })
  }

  get pid(): number {
    return this.#child.pid!
  }

  async line(): Promise<string> {
    const [line] = (await once(this.#lines, 'line')) as [string]
    return line
  }

  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** What was counted since it was made, read as often as one likes. */
export class Count {
  readonly flows: Flow[] = []
  others = { tcp: noSums(), udp: noSums() }
  readonly #kernel: UsageKernel

  constructor(kernel: UsageKernel) {
    this.#kernel = kernel
  }

  async read(): Promise<void> {
    const { flows, others } = await this.#kernel.read()
    this.flows.push(...flows)
    for (const transport of ['tcp', 'udp'] as const) addSums(this.others[transport], others[transport])
  }

  /** The sums of the flows that are like this. */
  of(wanted: { pid?: number; name?: string } & Partial<Pick<Flow, 'transport' | 'direction' | 'port' | 'local' | 'remote'>>): Sums {
    const { pid, name, ...rest } = wanted
    const sums = noSums()
    for (const flow of this.flows) {
      const isLike =
        (pid === undefined || flow.process.pid === pid) &&
        (name === undefined || flow.process.name === name) &&
        Object.entries(rest).every(([field, value]) => flow[field as keyof typeof rest] === value)
      if (isLike) addSums(sums, flow)
    }
    return sums
  }
}

/** Sends back as much as it gets, times `times`; says its port. */
export const tcpServer = (host: string, times = 1) => `
  const server = require('net').createServer({ allowHalfOpen: true }, (socket) => {
    let got = 0
    socket.on('data', (data) => { got += data.length; for (let i = 0; i < ${times}; i++) socket.write(data) })
    socket.on('end', () => socket.end()).on('error', () => {})
  }).listen(0, '${host}', () => console.log(server.address().port))`

/** Opens so many connections one after the other, sends so many bytes through each and reads to the end; says it is done and stays. */
export const tcpClient = (host: string, port: number, connections: number, bytes: number) => `
  const net = require('net')
  const one = () => new Promise((resolve) => {
    const socket = net.connect(${port}, '${host}', () => socket.end(Buffer.alloc(${bytes})))
    socket.resume().on('close', resolve).on('error', () => {})
  })
  ;(async () => { for (let i = 0; i < ${connections}; i++) await one(); console.log('done'); setInterval(() => {}, 1000) })()`
