import { u16be } from '../bytes/numbers.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { begins, fits } from '../protocols/recognise.ts'

const TCP = ['tcp'] as const
const HANDSHAKE = 22
const isTls = fits(
  6,
  (bytes, at) => bytes[at + 1] === 3 && bytes[at + 2] <= 4 && bytes[at + 5] <= 2 && u16be(bytes, at + 3) <= 16640,
  (byte) => byte === HANDSHAKE,
)
const isMysql = fits(6, (bytes, at) => bytes[at + 3] === 0 && bytes[at + 4] === 10 && bytes[at + 5] >= 48 && bytes[at + 5] <= 57)

/** Protocols that are known by name, and not read. */
export const tls: Protocol = { name: 'tls', transports: TCP, client: isTls, server: isTls }
export const ssh: Protocol = { name: 'ssh', transports: TCP, client: begins('SSH-'), server: begins('SSH-') }
export const mysql: Protocol = { name: 'mysql', transports: TCP, server: isMysql }
