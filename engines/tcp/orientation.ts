import { latin1 } from '../bytes/text.ts'
import type { Frame } from '../packet/frame.ts'
import type { Flow } from './flow.ts'

const REQUEST = /^(GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PRI|PROPFIND|REPORT|MKCOL|SEARCH|NOTIFY|M-SEARCH|SUBSCRIBE) /
const RESPONSE = /^(HTTP\/\d|RTSP\/\d|SSH-|220[ -]|\+OK |\* OK )/
/** A TLS record of a handshake, and the two kinds of hello in it (RFC 8446, 4 and 5.1). */
const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_HELLO = 2
const LONGEST = 16

/** Tells who is the client of a connection whose SYN nobody saw, from its first data, else from the ports. */
export const orient = (flow: Flow, frame: Frame, side: number): void => {
  const spoke = speaker(frame)
  if (spoke === undefined) {
    orientByPort(flow)
    return
  }
  flow.clientKnownBy = 'data'
  flow.oriented = true
  if ((spoke === 'client') === (side === 1)) flow.turn()
}

/** The lower port is the server's. */
export const orientByPort = (flow: Flow): void => {
  flow.clientKnownBy = 'port'
  flow.oriented = true
  if (flow.clientPort < flow.serverPort) flow.turn()
}

const speaker = (frame: Frame): 'client' | 'server' | undefined => {
  const { bytes, payload, payloadEnd } = frame
  const start = latin1(bytes, payload, Math.min(payloadEnd, payload + LONGEST))
  if (REQUEST.test(start)) return 'client'
  if (RESPONSE.test(start)) return 'server'
  if (payloadEnd - payload < 6 || bytes[payload] !== HANDSHAKE || bytes[payload + 1] !== 3) return undefined
  if (bytes[payload + 5] === CLIENT_HELLO) return 'client'
  return bytes[payload + 5] === SERVER_HELLO ? 'server' : undefined
}
