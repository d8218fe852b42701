import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../bpf/compile.ts'
import { type Libbpf, openLibbpf, Refused } from '../bpf/libbpf.ts'
import { FLOW, type Flow, readFlow, readSums, SUMS, type Sums } from './flows.ts'

type Pointer = unknown

/** What was counted since it was read before. */
export interface Counted {
  flows: Flow[]
  /** What there was no place for, so that it was not told apart. */
  others: { tcp: Sums; udp: Sums }
}

const BTF = '/sys/kernel/btf/vmlinux'
const RIGHTS = 'run it as root, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN'
const OF_UDP = ['on_bind4', 'on_bind6', 'on_send', 'on_receive']
/** A program that began with the table before is long over, ms. */
const SETTLED = 50
const EPERM = 1
const EACCES = 13

/** The program in the kernel that counts. */
export class UsageKernel {
  readonly #bpf: Libbpf
  readonly #object: Pointer
  readonly #links: Pointer[] = []
  #withoutUdp: string | undefined
  #walk: Pointer
  #adopt: Pointer
  /** The table that is written to. */
  #turn = 0

  /** Begins to count. @param folder where the compiled program is kept. Throws `Refused`. */
  static async open(folder: string): Promise<UsageKernel> {
    if (!existsSync(BTF)) throw new Refused('this kernel does not describe its types: it has to be built with CONFIG_DEBUG_INFO_BTF')
    const bpf = openLibbpf()
    const { object, withoutUdp } = load(bpf, await compile('usage', folder))
    const kernel = new UsageKernel(bpf, object)
    try {
      kernel.#keep('on_state', (program) => bpf.attach(program))
      kernel.#withoutUdp = withoutUdp ?? kernel.#attachUdp()
      await kernel.#meet()
    } catch (error) {
      await kernel.close()
      throw error
    }
    return kernel
  }

  private constructor(bpf: Libbpf, object: Pointer) {
    this.#bpf = bpf
    this.#object = object
  }

  /** Why datagrams are not counted; undefined: they are. */
  get withoutUdp(): string | undefined {
    return this.#withoutUdp
  }

  /** Answers why not. */
  #attachUdp(): string | undefined {
    const root = cgroupRoot()
    if (root === undefined) return 'no cgroup2 file system is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified'
    const fd = openSync(root, 'r')
    try {
      for (const name of OF_UDP) this.#keep(name, (program) => this.#bpf.attachCgroup(program, fd))
      return undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return error.message
    } finally {
      closeSync(fd)
    }
  }

  /** The sockets that are there already. */
  async #meet(): Promise<void> {
    const bpf = this.#bpf
    const find = this.#keep('find_listeners', (program) => bpf.attachWalk(program))
    this.#adopt = this.#keep('adopt', (program) => bpf.attachWalk(program))
    this.#walk = this.#keep('walk', (program) => bpf.attachWalk(program, this.#map('sockets')))
    await bpf.walk(find)
    await bpf.walk(this.#adopt)
  }

  /** What was counted since the time before. */
  async read(): Promise<Counted> {
    if (this.#read('accepted') !== 0) {
      this.#write('accepted', 0)
      await this.#bpf.walk(this.#adopt)
    }
    await this.#bpf.walk(this.#walk)
    const before = this.#turn
    this.#turn = 1 - before
    this.#write('turn', this.#turn)
    await new Promise((resolve) => setTimeout(resolve, SETTLED))
    const flows: Flow[] = []
    this.#bpf.drain(this.#map(before === 0 ? 'even' : 'odd'), FLOW, SUMS, (key, value) => flows.push(readFlow(key, value)))
    return { flows, others: { tcp: this.#takeOthers(before * 2), udp: this.#takeOthers(before * 2 + 1) } }
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => this.#bpf.destroyLink(link)))
    this.#bpf.close(this.#object)
  }

  #takeOthers(index: number): Sums {
    const [map, key, value] = [this.#map('others'), bytesOf(index), new Uint8Array(SUMS)]
    this.#bpf.lookup(map, key, value)
    this.#bpf.update(map, key, new Uint8Array(SUMS), 0)
    return readSums(value)
  }

  /** The number that a map holds. */
  #read(map: string): number {
    const value = new Uint8Array(4)
    this.#bpf.lookup(this.#map(map), bytesOf(0), value)
    return new DataView(value.buffer).getUint32(0, true)
  }

  #write(map: string, value: number): void {
    this.#bpf.update(this.#map(map), bytesOf(0), bytesOf(value), 0)
  }

  #map(name: string): number {
    return this.#bpf.mapFd(this.#object, name)
  }

  /** Throws `Refused`. */
  #keep(name: string, attach: (program: Pointer) => Pointer): Pointer {
    const link = attach(this.#bpf.program(this.#object, name))
    if (!link) throw new Refused(`the kernel does not attach ${name}: ${because(this.#bpf.errno())}`)
    this.#links.push(link)
    return link
  }
}

/** Where the kernel does not take what counts datagrams, the rest is loaded without. Throws `Refused`. */
function load(bpf: Libbpf, path: string): { object: Pointer; withoutUdp?: string } {
  const [object, failed] = tryLoad(bpf, path, [])
  if (failed === 0) return { object }
  const [rest, failedToo] = tryLoad(bpf, path, OF_UDP)
  if (failedToo === 0) return { object: rest, withoutUdp: `the kernel does not take the program that counts them: ${because(failed)}` }
  throw new Refused(`the kernel does not take the program: ${because(failedToo)}`)
}

function tryLoad(bpf: Libbpf, path: string, without: readonly string[]): [Pointer, number] {
  const object = bpf.open(path)
  if (!object) throw new Refused(`${path} cannot be read (${bpf.errno()}): remove it, it will be made again`)
  for (const name of without) bpf.leaveOut(bpf.program(object, name))
  const failed = -bpf.load(object)
  if (failed !== 0) bpf.close(object)
  return [object, failed]
}

const because = (errno: number): string =>
  errno === EPERM || errno === EACCES ? `the right is missing: ${RIGHTS}` : `errno ${errno}; Linux 5.15 or newer is needed`

/** Where all control groups of the machine hang: as its first process sees it, whose container has none of its own; else as this one does. */
const cgroupRoot = (): string | undefined =>
  ['1', 'self']
    .flatMap((process) => {
      const mount = readFileSync(`/proc/${process}/mountinfo`, 'utf8')
        .split('\n')
        .find((line) => line.includes(' - cgroup2 '))
      return mount === undefined ? [] : [join(`/proc/${process}/root`, mount.split(' ')[4])]
    })
    .find((path) => existsSync(path))

const bytesOf = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
