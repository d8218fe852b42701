import { MAPPED } from '../packet/address.ts'
import type { Frame } from '../packet/frame.ts'

/** The upper three words of client's and server's address: one and the same object for all of IPv4. Never changed. */
export interface Upper {
  readonly client0: number
  readonly client1: number
  readonly client2: number
  readonly server0: number
  readonly server1: number
  readonly server2: number
}

const upper = (client0: number, client1: number, client2: number, server0: number, server1: number, server2: number): Upper => ({
  client0,
  client1,
  client2,
  server0,
  server1,
  server2,
})

const IPV4 = upper(0, 0, MAPPED, 0, 0, MAPPED)

/** Of two addresses of four words each, one after the other. */
export const upperOf = (words: readonly number[]): Upper => {
  const [a, b, c, , d, e, f] = words
  return (a | b | d | e) === 0 && c === MAPPED && f === MAPPED ? IPV4 : upper(a, b, c, d, e, f)
}

/** The sender of the packet is the client. */
export const upperOfFrame = ({ source0, source1, source2, target0, target1, target2 }: Frame): Upper =>
  (source0 | source1 | target0 | target1) === 0 && source2 === MAPPED && target2 === MAPPED
    ? IPV4
    : upper(source0, source1, source2, target0, target1, target2)

/** Client and server changed places. */
export const turned = (of: Upper): Upper =>
  of === IPV4 ? of : upper(of.server0, of.server1, of.server2, of.client0, of.client1, of.client2)
