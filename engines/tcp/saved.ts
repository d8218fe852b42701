import { Frame } from '../packet/frame.ts'
import { micros } from '../time.ts'
import type { Connection, IcmpErrors } from './facts.ts'
import { Flow } from './flow.ts'
import { Half } from './half.ts'
import { Rare } from './rare.ts'

/** The fields of a side; what is computed of them is not saved. */
export interface SavedHalf
  extends Pick<
    Half,
    'packets' | 'bytes' | 'marks' | 'initial' | 'next' | 'acked' | 'limit' | 'ident' | 'timedEnd' | 'timedAt' | 'quickest'
  > {
  rare: Omit<Rare, 'calm'> | undefined
}

/** A connection as plain data: structured-clonable, without what the listener keeps in `application`. */
export interface SavedConnection {
  key: string
  /** Only one that cannot be made from the rest. */
  fixedId: string | undefined
  /** Client and server address as words, then their ports. */
  tuple: number[]
  hash: number
  start: number
  end: number
  touched: number
  handshakeTime: number
  clientKnownBy: Connection['clientKnownBy']
  state: Connection['state']
  oriented: boolean
  opened: boolean
  answered: boolean
  closing: number
  closer: Flow['closer']
  icmp: IcmpErrors | undefined
  sides: [SavedHalf, SavedHalf]
}

/** Segments are never changed, so a copy of their list is a copy of the queue. */
const copied = (rare: Omit<Rare, 'calm'>) => ({ ...rare, queue: rare.queue?.slice(), reports: rare.reports && { ...rare.reports } })

const saveHalf = (half: Half): SavedHalf => ({ ...half, rare: half.rare && copied(half.rare) })

/** A connection as it is now. */
export const save = (flow: Flow): SavedConnection => ({
  key: flow.key,
  fixedId: flow.fixedId,
  tuple: flow.tuple,
  hash: flow.hash,
  start: flow.start,
  end: flow.end,
  touched: flow.touched,
  handshakeTime: flow.handshakeTime,
  clientKnownBy: flow.clientKnownBy,
  state: flow.state,
  oriented: flow.oriented,
  opened: flow.opened,
  answered: flow.answered,
  closing: flow.closing,
  closer: flow.closer,
  icmp: flow.icmp && { ...flow.icmp },
  sides: [saveHalf(flow.fromClient), saveHalf(flow.fromServer)],
})

const packet = new Frame()

/** The connection as it was saved. */
export const restore = (saved: SavedConnection): Flow => {
  const { tuple, hash, start, end, fixedId, handshakeTime, clientKnownBy, state, oriented, opened, answered, closing, closer } = saved
  const flow = new Flow(packet, hash)
  flow.tuple = tuple
  flow.start = micros(start)
  flow.end = micros(end)
  flow.fromClient = restoreHalf(saved.sides[0])
  flow.fromServer = restoreHalf(saved.sides[1])
  const icmp = saved.icmp && { ...saved.icmp }
  return Object.assign(flow, { fixedId, handshakeTime, clientKnownBy, state, oriented, opened, answered, closing, closer, icmp })
}

const restoreHalf = (saved: SavedHalf): Half =>
  Object.assign(new Half(), saved, { rare: saved.rare && Object.assign(new Rare(), copied(saved.rare)) })
