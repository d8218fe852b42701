import { existsSync } from 'node:fs'
import { hrtime } from 'node:process'
import { compile } from './bpf/compile.ts'
import { type Libbpf, openLibbpf, Refused } from './bpf/libbpf.ts'
import type { Layout, Place } from './learn/layout.ts'

/** What the program in the kernel says. */
export type Told =
  | { kind: 'pointer'; pid: number; library: number; structure: number }
  | {
      kind: 'session'
      pid: number
      library: number
      name: string
      /** µs since 1970. */
      at: number
      since13: boolean
      clientRandom: Buffer
      secrets: Buffer[]
    }
  | { kind: 'key log'; pid: number; library: number; name: string; at: number; label: string; clientRandom: Buffer; secret: Buffer }

export interface Probe {
  program: 'on_call' | 'on_free' | 'on_handshake' | 'after_handshake' | 'on_go_key_log'
  /** Of the function, in the file. */
  offset: number
}

type Link = unknown

const KINDS = ['pointer', 'session', 'key log'] as const
/** As in secrets.bpf.c. */
const STATE = { off: 0, learning: 1, ready: 2 } as const
const NONE = 0xffff
const SECRETS = 6
const SECRET = 64
const PLACE = 4
const FIELDS = 12
const LAYOUT = FIELDS + PLACE * (3 + 2 * SECRETS)
const RETURNS = ['after_handshake']
const RIGHTS = 'run it as root, or give it CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_SYS_ADMIN'
const UPROBES = '/sys/bus/event_source/devices/uprobe/type'
const EPERM = 1
const EACCES = 13

/** The program in the kernel, and what it says. */
export class Kernel {
  readonly bpf: Libbpf
  #object: unknown
  #layouts: number
  #lost: number
  #ring: ReturnType<Libbpf['ring']>
  #closed = false
  #lostAtEnd = 0
  #links = new Map<number, Link[]>()

  /** @param folder where the compiled program is kept. Throws `Refused`. */
  static async open(folder: string, tell: (told: Told) => void): Promise<Kernel> {
    if (process.platform !== 'linux') throw new Refused('Gocipher needs Linux')
    if (!existsSync(UPROBES)) throw new Refused('this kernel has no uprobes: it has to be built with CONFIG_UPROBE_EVENTS')
    const bpf = openLibbpf()
    return new Kernel(bpf, await compile('secrets', folder), tell)
  }

  private constructor(bpf: Libbpf, path: string, tell: (told: Told) => void) {
    this.bpf = bpf
    this.#object = bpf.open(path)
    if (!this.#object) throw new Refused(`${path} cannot be read (${bpf.errno()}): remove it, it will be made again`)
    const failed = -bpf.load(this.#object)
    if (failed !== 0) {
      bpf.close(this.#object)
      throw new Refused(refusal(failed))
    }
    this.#layouts = bpf.mapFd(this.#object, 'layouts')
    this.#lost = bpf.mapFd(this.#object, 'lost')
    this.#ring = bpf.ring(bpf.mapFd(this.#object, 'events'), (bytes) => tell(decode(bytes)))
  }

  /** To wait for with `bpf.wait`. */
  get fd(): number {
    return this.#ring.fd
  }

  /** Tells what there is. */
  consume(): void {
    this.#ring.consume()
  }

  /** Sessions that found the ring full. */
  get lost(): number {
    if (this.#closed) return this.#lostAtEnd
    const count = new Uint8Array(8)
    this.bpf.lookup(this.#lost, new Uint8Array(4), count)
    return Number(new DataView(count.buffer).getBigUint64(0, true))
  }

  /** Attaches to functions of a file, for all processes that run them. Throws what the kernel says. */
  attach(library: number, path: string, probes: readonly Probe[]): void {
    const links = this.#links.get(library) ?? []
    this.#links.set(library, links)
    for (const { program, offset } of probes) {
      const options = new DataView(new ArrayBuffer(40))
      options.setBigUint64(0, 40n, true)
      options.setBigUint64(16, BigInt(library), true)
      options.setUint8(24, RETURNS.includes(program) ? 1 : 0)
      const link = this.bpf.attachUprobe(this.bpf.program(this.#object, program), -1, path, offset, new Uint8Array(options.buffer))
      if (!link) throw new Refused(attachRefusal(this.bpf.errno()))
      links.push(link)
    }
  }

  /** Each waits for the kernel to be done with it (some 100 ms), so all at once. */
  async detach(...libraries: number[]): Promise<void> {
    const links = libraries.flatMap((library) => this.#links.get(library) ?? [])
    for (const library of libraries) this.#links.delete(library)
    await Promise.all(links.map((link) => this.bpf.destroyLink(link)))
  }

  /** The structures that this process hands to the library are told. */
  learn(library: number, pid: number): void {
    this.#set(library, encodeLayout(STATE.learning, pid))
  }

  /** The sessions of all processes are told. */
  use(library: number, layout: Layout): void {
    this.#set(library, encodeLayout(STATE.ready, 0, layout))
  }

  /** Nothing is told. */
  mute(library: number): void {
    this.#set(library, encodeLayout(STATE.off, 0))
  }

  async close(): Promise<void> {
    this.#lostAtEnd = this.lost
    this.#closed = true
    await this.detach(...this.#links.keys())
    this.#ring.free()
    this.bpf.close(this.#object)
  }

  #set(library: number, layout: Uint8Array): void {
    const key = new Uint8Array(Uint32Array.of(library).buffer)
    if (this.bpf.update(this.#layouts, key, layout, 0) !== 0) throw new Error(`a layout could not be set: errno ${this.bpf.errno()}`)
  }
}

function refusal(errno: number): string {
  if (errno === EPERM || errno === EACCES) return `the right to load a program into the kernel is missing: ${RIGHTS}`
  return `this kernel does not take the program (errno ${errno}): Linux 5.15 or newer is needed, with CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS`
}

function attachRefusal(errno: number): string {
  if (errno === EPERM || errno === EACCES) return `the right to attach to functions of programs is missing: ${RIGHTS}`
  return `the kernel does not attach to it (errno ${errno})`
}

function encodeLayout(state: number, learner: number, layout?: Layout): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(LAYOUT))
  bytes.setUint32(0, state, true)
  bytes.setUint32(4, learner, true)
  bytes.setUint32(8, layout?.version13 ?? 0, true)
  const places: (Place | undefined)[] = layout
    ? [layout.version, layout.clientRandom, layout.serverRandom, ...padded([layout.masterSecret]), ...padded(layout.since13)]
    : []
  places.forEach((place, index) => {
    bytes.setUint16(FIELDS + PLACE * index, place?.hop ?? NONE, true)
    bytes.setUint16(FIELDS + PLACE * index + 2, place?.offset ?? NONE, true)
  })
  return new Uint8Array(bytes.buffer)
}

const padded = (places: readonly Place[]): (Place | undefined)[] => Array.from({ length: SECRETS }, (_, index) => places[index])

function decode(bytes: Uint8Array): Told {
  const event = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const kind = KINDS[event.readUInt32LE(0)]
  const [pid, library, detail] = [event.readUInt32LE(4), event.readUInt32LE(24), event.readUInt32LE(28)]
  if (kind === 'pointer') return { kind, pid, library, structure: Number(event.readBigUInt64LE(8)) }
  const secrets = Array.from({ length: SECRETS }, (_, index) => event.subarray(64 + index * SECRET, 64 + (index + 1) * SECRET))
  const name = text(event.subarray(64 + SECRETS * SECRET))
  const at = Date.now() * 1000 - Number(hrtime.bigint() - event.readBigUInt64LE(16)) / 1000
  const clientRandom = event.subarray(32, 64)
  if (kind === 'session') return { kind, pid, library, name, at, since13: detail !== 0, clientRandom, secrets }
  return { kind, pid, library, name, at, label: text(secrets[0]), clientRandom, secret: secrets[1].subarray(0, detail) }
}

const text = (bytes: Buffer): string => bytes.toString('latin1').replace(/\0.*$/s, '')
