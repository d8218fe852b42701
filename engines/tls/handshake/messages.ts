import type { Codecs } from '../../http/facts.ts'
import {
  readCertificateRequest,
  readCertificateStatus,
  readCertificates,
  readCertificateVerify,
  readCompressedCertificates,
} from './certificates.ts'
import { Cursor } from './cursor.ts'
import { type HandshakeMessage, type Plain, TYPES } from './facts.ts'
import { readClientHello, readEncryptedExtensions, readServerHello } from './hello.ts'
import { type KeyExchange, readClientKeyExchange, readServerKeyExchange } from './key-exchange.ts'
import { readFinished, readKeyUpdate, readNewSessionTicket } from './session.ts'

export type * from './facts.ts'
export { TYPES } from './facts.ts'

/** What the messages before said: the same type has other contents in other versions. */
export interface Context {
  /** Version that was chosen; 0 before it is known. */
  version: number
  /** Of the suite that was chosen. */
  keyExchange: KeyExchange | undefined
  decoder: Codecs['decoder']
}

const TLS_13 = 0x0304

/** Reads the body of one handshake message, `start`..`end` of `bytes`. Never throws; takes time linear in its length; `malformed` says what is wrong with it. */
export const readMessage = (type: number, bytes: Uint8Array, start: number, end: number, context: Context): HandshakeMessage => {
  const from = new Cursor(bytes, start, end)
  const { version } = context
  switch (type) {
    case TYPES.clientHello:
      return readClientHello(from)
    case TYPES.serverHello:
      return readServerHello(from)
    case TYPES.encryptedExtensions:
      return readEncryptedExtensions(from)
    case TYPES.certificate:
      return readCertificates(from, version >= TLS_13)
    case TYPES.compressedCertificate:
      return readCompressedCertificates(from, context.decoder)
    case TYPES.certificateRequest:
      return readCertificateRequest(from, version)
    case TYPES.certificateVerify:
      return readCertificateVerify(from, version)
    case TYPES.certificateStatus:
      return readCertificateStatus(from)
    case TYPES.newSessionTicket:
      return readNewSessionTicket(from, version >= TLS_13)
    case TYPES.serverKeyExchange:
      return readServerKeyExchange(from, version, context.keyExchange)
    case TYPES.clientKeyExchange:
      return readClientKeyExchange(from)
    case TYPES.keyUpdate:
      return readKeyUpdate(from)
    case TYPES.finished:
      return readFinished(from)
    default:
      return plain(type, from)
  }
}

const plain = (type: number, from: Cursor): HandshakeMessage => {
  const kind = PLAIN[type] ?? 'other'
  const length = from.left
  if (kind !== 'other') from.done()
  return { kind, type, length, malformed: from.malformed }
}
const PLAIN: Readonly<Record<number, Plain['kind']>> = {
  [TYPES.helloRequest]: 'hello request',
  [TYPES.serverHelloDone]: 'server hello done',
  [TYPES.endOfEarlyData]: 'end of early data',
}
