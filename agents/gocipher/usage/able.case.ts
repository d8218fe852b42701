import { existsSync } from 'node:fs'
import { compile } from '../bpf/compile.ts'
import { openLibbpf, Refused } from '../bpf/libbpf.ts'

/** Why network usage cannot be counted on this machine; undefined: it can. */
export async function cannotCount(cache: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root'
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'this kernel does not describe its types'
  try {
    openLibbpf()
    await compile('usage', cache)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}
