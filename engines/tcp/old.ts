import type { Frame } from '../packet/frame.ts'
import type { TcpOptions } from '../packet/tcp-options.ts'
import { distance, type Half } from './half.ts'

/** Of a stream longer than this, in bytes, the sequence numbers are about to come round: before, no number can be of an earlier round. */
export const WRAPPING = 2 ** 31

/** A time stamp so much older than the stream's newest is of an earlier round: at 1 to 1000 ticks a second (RFC 7323, 5.4), no reordering takes so long. */
const OLD = 1000

/** Remembers the time stamp of a segment in its place. */
export const noteStamp = (half: Half, frame: Frame, options: TcpOptions): void => {
  options.read(frame)
  if (options.stamped) half.note().stamp = options.stamp
}

/** PAWS (RFC 7323, 5): a segment ahead of its place is an old duplicate. */
export const isOldDuplicate = ({ rare }: Half, frame: Frame, options: TcpOptions): boolean => {
  if (rare?.stamp === undefined) return false
  options.read(frame)
  return options.stamped && distance(options.stamp, rare.stamp) < -OLD
}
