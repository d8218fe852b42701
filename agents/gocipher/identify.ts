import { basename } from 'node:path'
import { Elf, NotElf } from './elf/elf.ts'
import { goFunction } from './elf/go.ts'
import { cheapPlace } from './elf/prologue.ts'
import type { Probe } from './kernel.ts'

/** What a file is for Gocipher: where to attach, or why that is of no use. Undefined: it speaks no TLS that is known here. */
export interface Identity {
  kind: 'openssl' | 'node' | 'gnutls' | 'go' | 'unknown'
  buildId: string | undefined
  probes: Probe[]
  /** Why its secrets cannot be had. */
  reason?: string
}

const OPENSSL: Record<string, Probe['program'][]> = {
  SSL_do_handshake: ['on_handshake', 'after_handshake'],
  SSL_read: ['on_call'],
  SSL_write: ['on_call'],
  SSL_read_ex: ['on_call'],
  SSL_write_ex: ['on_call'],
  SSL_free: ['on_free'],
}
const GNUTLS: Record<string, Probe['program'][]> = {
  gnutls_handshake: ['on_handshake', 'after_handshake'],
  gnutls_record_recv: ['on_call'],
  gnutls_record_send: ['on_call'],
  gnutls_record_send2: ['on_call'],
  gnutls_deinit: ['on_free'],
}
const X86_64 = 62
const LONGEST_PROLOGUE = 48
const RETURNS: readonly Probe['program'][] = ['after_handshake']
const GO_KEY_LOG = 'crypto/tls.(*Config).writeKeyLog'
const MARKS = { boringssl: 'BORINGSSL_self_test', node: '_ZN4node5StartEiPPc' } as const

/** @param fd of the open file. */
export function identify(fd: number, path: string): Identity | undefined {
  let elf: Elf
  try {
    elf = new Elf(fd)
  } catch (error) {
    if (error instanceof NotElf) return undefined
    throw error
  }
  if (elf.sections.some(({ name }) => name === '.go.buildinfo')) return identifyGo(elf)
  const found = elf.functions([...Object.keys(OPENSSL), ...Object.keys(GNUTLS), ...Object.values(MARKS)])
  const identity = (kind: Identity['kind'], table: Record<string, Probe['program'][]>, reason?: string): Identity => ({
    kind,
    buildId: elf.buildId,
    probes: Object.entries(table).flatMap(([name, programs]) => probesOf(elf, found.get(name), programs)),
    ...(reason === undefined ? {} : { reason }),
  })
  if (found.has('gnutls_handshake')) return identity('gnutls', GNUTLS)
  if (!found.has('SSL_do_handshake') || !found.has('SSL_free')) return undefined
  if (found.has(MARKS.boringssl)) return identity('unknown', {}, 'it uses BoringSSL, which keeps its secrets in its own way')
  if (basename(path).startsWith('libssl')) return identity('openssl', OPENSSL)
  if (found.has(MARKS.node)) return identity('node', OPENSSL)
  return identity('unknown', {}, 'OpenSSL is linked into it statically, so that no handshake can be made with it to learn from')
}

/** A program in Go has its functions' names and places in it, stripped or not. */
function identifyGo(elf: Elf): Identity | undefined {
  const found = goFunction(elf, GO_KEY_LOG)
  if (found === 'absent') return undefined
  if (found === 'unreadable')
    return { kind: 'unknown', buildId: elf.buildId, probes: [], reason: "its table of Go's functions is of a form that is not known here" }
  return { kind: 'go', buildId: elf.buildId, probes: [{ program: 'on_go_key_log', offset: found }] }
}

/** A return is told from where a function begins; all else is probed where it costs least. */
function probesOf(elf: Elf, offset: number | undefined, programs: readonly Probe['program'][]): Probe[] {
  if (offset === undefined) return []
  const cheap = elf.machine === X86_64 ? cheapPlace(elf.code(offset, LONGEST_PROLOGUE)) : 0
  return programs.map((program) => ({ program, offset: RETURNS.includes(program) ? offset : offset + cheap }))
}
