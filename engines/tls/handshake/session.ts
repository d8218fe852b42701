import type { Cursor } from './cursor.ts'
import { readExtensions } from './extensions.ts'
import type { Finished, KeyUpdate, NewSessionTicket } from './facts.ts'

/** RFC 8446 section 4.6.1; before it RFC 5077 section 3.3. */
export const readNewSessionTicket = (from: Cursor, tls13: boolean): NewSessionTicket => {
  const lifetime = from.u32()
  if (tls13) {
    from.u32()
    from.vector(1)
  }
  const length = from.vector(2).left
  const { maximumEarlyData } = tls13 ? readExtensions(from, 'ticket') : { maximumEarlyData: undefined }
  from.done()
  return { kind: 'new session ticket', lifetime, length, maximumEarlyData, malformed: from.malformed }
}

/** RFC 8446 section 4.6.3. */
export const readKeyUpdate = (from: Cursor): KeyUpdate => {
  const request = from.u8()
  if (request > 1) from.fail('bad-value', from.at - 1)
  from.done()
  return { kind: 'key update', requested: request === 1, malformed: from.malformed }
}

/** RFC 8446 section 4.4.4: of 12 bytes before, of a hash since TLS 1.3. */
export const readFinished = (from: Cursor): Finished => {
  const verifyData = from.part(Math.min(from.left, 64)).hex()
  from.done()
  return { kind: 'finished', verifyData, malformed: from.malformed }
}
