import type { Protocol } from '../protocols/protocol.ts'
import { begins, fits } from '../protocols/recognise.ts'

const TCP = ['tcp'] as const
const isMysql = fits(6, (bytes, at) => bytes[at + 3] === 0 && bytes[at + 4] === 10 && bytes[at + 5] >= 48 && bytes[at + 5] <= 57)

/** Protocols that are known by name, and not read. */
export const ssh: Protocol = { name: 'ssh', transports: TCP, client: begins('SSH-'), server: begins('SSH-') }
export const mysql: Protocol = { name: 'mysql', transports: TCP, server: isMysql }
