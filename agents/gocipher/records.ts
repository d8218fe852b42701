import type { Libbpf } from './bpf/libbpf.ts'
import type { Mapping } from './processes.ts'

/** The kernel's own news of processes: code that was mapped, and ends. */
export interface Records {
  fd: number
  consume(): void
  close(): void
}

const BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4
const MOST_CORES = 4096
/** linux/perf_event.h */
const TYPE_SOFTWARE = 1
const CONFIG_DUMMY = 9n
const FLAGS = { mmap: 1n << 8n, task: 1n << 13n, watermark: 1n << 14n, mmap2: 1n << 23n }
const ATTRIBUTES = 128
const RECORD = { exit: 4, mmap2: 10 }

/** Opens them for all processes: a line for each file whose code is mapped, which is rare, whatever else a process does. */
export function openRecords(bpf: Libbpf, mapped: (pid: number, mapping: Mapping) => void, ended: (pid: number) => void): Records {
  const attributes = new DataView(new ArrayBuffer(ATTRIBUTES))
  attributes.setUint32(0, TYPE_SOFTWARE, true)
  attributes.setUint32(4, ATTRIBUTES, true)
  attributes.setBigUint64(8, CONFIG_DUMMY, true)
  attributes.setBigUint64(40, FLAGS.mmap | FLAGS.task | FLAGS.watermark | FLAGS.mmap2, true)
  attributes.setUint32(48, 1, true)
  const map = bpf.createMap(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 'records', 4, 4, MOST_CORES)
  const records = bpf.records(map, new Uint8Array(attributes.buffer), (bytes) => {
    const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const type = record.readUInt32LE(0)
    if (type === RECORD.mmap2) {
      const mapping = mappingOf(record)
      if (mapping) mapped(record.readUInt32LE(8), mapping)
    } else if (type === RECORD.exit && record.readUInt32LE(8) === record.readUInt32LE(16)) ended(record.readUInt32LE(8))
  })
  return { fd: records.fd, consume: () => records.consume(), close: () => records.free() }
}

/** As /proc/PID/maps would write it; undefined: it is no file. */
function mappingOf(record: Buffer): Mapping | undefined {
  const path = record.toString('utf8', 72).replace(/\0.*$/s, '')
  const inode = record.readBigUInt64LE(48)
  if (inode === 0n || !path.startsWith('/')) return undefined
  const [start, length] = [record.readBigUInt64LE(16), record.readBigUInt64LE(24)]
  const [major, minor] = [record.readUInt32LE(40), record.readUInt32LE(44)]
  return {
    key: `${hexadecimal(major)}:${hexadecimal(minor)}:${inode}`,
    path,
    range: `${start.toString(16)}-${(start + length).toString(16)}`,
  }
}

const hexadecimal = (number: number): string => number.toString(16).padStart(2, '0')
