import { existsSync, readdirSync } from 'node:fs'
import { delimiter } from 'node:path'
import { compile } from './bpf/compile.ts'
import { openLibbpf, Refused } from './bpf/libbpf.ts'

export const installed = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(`${folder}/${program}`))

/** Why secrets cannot be taken on this machine; undefined: they can. */
export async function cannotTakeSecrets(cache: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root'
  if (!existsSync('/sys/bus/event_source/devices/uprobe/type')) return 'this kernel has no uprobes'
  try {
    openLibbpf()
    await compile('secrets', cache)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

/** A Node.js of the machine that is not the one that runs the tests. */
export const otherNode = (): string | undefined =>
  ['/usr/bin', '/usr/local/bin']
    .filter((folder) => existsSync(folder) && readdirSync(folder).includes('node'))
    .map((folder) => `${folder}/node`)[0]

export const POSTGRES = '/usr/lib/postgresql/15/bin'
export const noPostgres = !existsSync(POSTGRES) || !installed('psql') || !installed('setpriv')
