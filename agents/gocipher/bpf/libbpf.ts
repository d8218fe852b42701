import { closeSync, read } from 'node:fs'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type koffi from 'koffi'

type Koffi = typeof koffi
type Pointer = unknown

/** What cannot be done on this machine, as one sentence with its remedy. */
export class Refused extends Error {
  override name = 'Refused'
}

/** A failed call into libbpf: its message, and errno's number. */
export class BpfError extends Error {
  override name = 'BpfError'
  readonly errno: number

  constructor(message: string, errno: number) {
    super(message)
    this.errno = errno
  }
}

const LIBRARY = 'libbpf.so.1'

/** The few functions of libbpf (1.0 and newer) that are used here, and poll(2). */
export interface Libbpf {
  koffi: Koffi
  open(path: string): Pointer
  load(object: Pointer): number
  close(object: Pointer): void
  program(object: Pointer, name: string): Pointer
  mapFd(object: Pointer, name: string): number
  createMap(type: number, name: string, key: number, value: number, entries: number): number
  lookup(map: number, key: Uint8Array, value: Uint8Array): number
  update(map: number, key: Uint8Array, value: Uint8Array, flags: number): number
  deleteKey(map: number, key: Uint8Array): number
  attachUprobe(program: Pointer, pid: number, path: string, offset: number, options: Uint8Array): Pointer
  attachTracepoint(program: Pointer, category: string, name: string): Pointer
  /** As its section says. */
  attach(program: Pointer): Pointer
  attachCgroup(program: Pointer, cgroup: number): Pointer
  /** A walk through what its section says: of one map, where that is what it walks through. */
  attachWalk(program: Pointer, map?: number): Pointer
  /** Walks once; in another thread. */
  walk(link: Pointer): Promise<void>
  leaveOut(program: Pointer): void
  /** Empties a hash map. */
  drain(map: number, key: number, value: number, entry: (key: Uint8Array, value: Uint8Array) => void): void
  /** In another thread. */
  destroyLink(link: Pointer): Promise<void>
  ring(map: number, sample: (bytes: Uint8Array) => void): { consume(): number; fd: number; free(): void }
  records(map: number, attributes: Uint8Array, record: (bytes: Uint8Array) => void): { consume(): number; fd: number; free(): void }
  /** Waits until one of the descriptors has something, or `ms` have passed; in another thread. */
  wait(fds: readonly number[], ms: number): Promise<void>
  errno(): number
}

const POLLIN = 1
const CONTINUE = -2 // LIBBPF_PERF_EVENT_CONT
const PAGES = 16
const ENOENT = 2
const TOGETHER = 4096

/** Loads libbpf. Throws `Refused` where it is not installed. */
export function openLibbpf(): Libbpf {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi
  const bpf = load(koffi)
  const libc = koffi.load('libc.so.6')
  bpf.func('void *libbpf_set_print(void *print)')(null)
  const sampleType = koffi.pointer(koffi.proto('int', ['void *', 'void *', 'size_t']))
  const recordType = koffi.pointer(koffi.proto('int', ['void *', 'int', 'void *']))
  const ringNew = bpf.func('void *ring_buffer__new(int map, void *sample, void *context, void *options)')
  const ringConsume = bpf.func('int ring_buffer__consume(void *ring)')
  const ringFd = bpf.func('int ring_buffer__epoll_fd(void *ring)')
  const ringFree = bpf.func('void ring_buffer__free(void *ring)')
  const perfNew = bpf.func(
    'void *perf_buffer__new_raw(int map, size_t pages, uint8_t *attributes, void *record, void *context, void *options)',
  )
  const perfConsume = bpf.func('int perf_buffer__consume(void *buffer)')
  const perfFd = bpf.func('int perf_buffer__epoll_fd(void *buffer)')
  const perfFree = bpf.func('void perf_buffer__free(void *buffer)')
  const mapCreate = bpf.func(
    'int bpf_map_create(int type, const char *name, uint32_t key, uint32_t value, uint32_t entries, void *options)',
  )
  const attachWalk = bpf.func('void *bpf_program__attach_iter(void *program, uint8_t *options)')
  const linkFd = bpf.func('int bpf_link__fd(void *link)')
  const iterate = bpf.func('int bpf_iter_create(int link)')
  const setAutoload = bpf.func('int bpf_program__set_autoload(void *program, bool autoload)')
  const drainBatch = bpf.func(
    'int bpf_map_lookup_and_delete_batch(int map, uint8_t *from, uint8_t *to, _Out_ uint8_t *keys, _Out_ uint8_t *values, _Inout_ uint32_t *count, void *options)',
  )
  const destroy = bpf.func('int bpf_link__destroy(void *link)')
  const poll = libc.func('int poll(void *fds, unsigned long count, int timeout)')
  const copy = (pointer: Pointer, size: number): Uint8Array => new Uint8Array(koffi.view(pointer, size)).slice()
  return {
    koffi,
    open: bpf.func('void *bpf_object__open(const char *path)'),
    load: bpf.func('int bpf_object__load(void *object)'),
    close: bpf.func('void bpf_object__close(void *object)'),
    program: bpf.func('void *bpf_object__find_program_by_name(void *object, const char *name)'),
    mapFd: bpf.func('int bpf_object__find_map_fd_by_name(void *object, const char *name)'),
    createMap(type, name, key, value, entries) {
      const map = mapCreate(type, name, key, value, entries, null)
      if (map < 0) throw new BpfError('a map could not be made', -map)
      return map
    },
    lookup: bpf.func('int bpf_map_lookup_elem(int map, uint8_t *key, _Out_ uint8_t *value)'),
    update: bpf.func('int bpf_map_update_elem(int map, uint8_t *key, uint8_t *value, uint64_t flags)'),
    deleteKey: bpf.func('int bpf_map_delete_elem(int map, uint8_t *key)'),
    attachUprobe: bpf.func(
      'void *bpf_program__attach_uprobe_opts(void *program, int pid, const char *path, size_t offset, uint8_t *options)',
    ),
    attachTracepoint: bpf.func('void *bpf_program__attach_tracepoint(void *program, const char *category, const char *name)'),
    attach: bpf.func('void *bpf_program__attach(void *program)'),
    attachCgroup: bpf.func('void *bpf_program__attach_cgroup(void *program, int cgroup)'),
    attachWalk(program, map) {
      if (map === undefined) return attachWalk(program, null)
      const information = koffi.alloc('uint32_t', 4)
      try {
        koffi.encode(information, 'uint32_t', map)
        const options = new DataView(new ArrayBuffer(24))
        options.setBigUint64(0, 24n, true)
        options.setBigUint64(8, koffi.address(information), true)
        options.setUint32(16, 16, true)
        return attachWalk(program, new Uint8Array(options.buffer))
      } finally {
        koffi.free(information)
      }
    },
    async walk(link) {
      const fd = iterate(linkFd(link))
      if (fd < 0) throw new BpfError('a walk could not be begun', -fd)
      try {
        await readToEnd(fd)
      } finally {
        closeSync(fd)
      }
    },
    leaveOut(program) {
      setAutoload(program, false)
    },
    drain(map, key, value, entry) {
      const [keys, values] = [new Uint8Array(key * TOGETHER), new Uint8Array(value * TOGETHER)]
      const place = new Uint8Array(8)
      for (let isFirst = true, isLast = false; !isLast; isFirst = false) {
        const count = [TOGETHER]
        const failed = -drainBatch(map, isFirst ? null : place, place, keys, values, count, null)
        if (failed !== 0 && failed !== ENOENT) throw new BpfError('a map could not be read', failed)
        for (let i = 0; i < count[0]; i++) entry(keys.subarray(i * key, (i + 1) * key), values.subarray(i * value, (i + 1) * value))
        isLast = failed === ENOENT
      }
    },
    destroyLink: (link) =>
      new Promise((resolve, reject) => destroy.async(link, (error: Error | null) => (error ? reject(error) : resolve()))),
    ring(map, sample) {
      const callback = koffi.register((_: Pointer, data: Pointer, size: number) => {
        sample(copy(data, Number(size)))
        return 0
      }, sampleType)
      const ring = ringNew(map, callback, null, null)
      if (!ring) throw new BpfError('the ring buffer could not be opened', koffi.errno())
      return {
        consume: () => ringConsume(ring),
        fd: ringFd(ring),
        free() {
          ringFree(ring)
          koffi.unregister(callback)
        },
      }
    },
    records(map, attributes, record) {
      const callback = koffi.register((_: Pointer, __: number, data: Pointer) => {
        record(copy(data, new DataView(koffi.view(data, 8)).getUint16(6, true)))
        return CONTINUE
      }, recordType)
      const buffer = perfNew(map, PAGES, attributes, callback, null, null)
      if (!buffer) {
        koffi.unregister(callback)
        throw new BpfError('the records of mappings could not be opened', koffi.errno())
      }
      return {
        consume: () => perfConsume(buffer),
        fd: perfFd(buffer),
        free() {
          perfFree(buffer)
          koffi.unregister(callback)
        },
      }
    },
    wait(fds, ms) {
      const size = fds.length * 8
      const entries = koffi.alloc('uint8_t', size)
      const view = new DataView(koffi.view(entries, size))
      fds.forEach((fd, index) => {
        view.setInt32(index * 8, fd, true)
        view.setInt16(index * 8 + 4, POLLIN, true)
      })
      return new Promise((resolve, reject) => {
        poll.async(entries, fds.length, ms, (error: Error | null) => {
          // Not garbage's business: poll(2) writes into it from another thread.
          koffi.free(entries)
          if (error) reject(error)
          else resolve()
        })
      })
    },
    errno: () => koffi.errno(),
  }
}

/** A long walk is interrupted now and then (EAGAIN), and goes on at the next read. */
async function readToEnd(fd: number): Promise<void> {
  const nothing = Buffer.alloc(64)
  for (let isOver = false; !isOver; ) {
    try {
      isOver = (await promisify(read)(fd, nothing, 0, nothing.length, null)).bytesRead === 0
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

function load(koffi: Koffi) {
  try {
    return koffi.load(LIBRARY)
  } catch {
    throw new Refused(`${LIBRARY} is not installed: apt-get install libbpf1, or the package that holds it here`)
  }
}
