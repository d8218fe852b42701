import { Frame } from '../packet/frame.ts'
import { micros } from '../time.ts'
import type { Connection, IcmpErrors } from './facts.ts'
import { Flow } from './flow.ts'
import { Half } from './half.ts'
import { Rare } from './rare.ts'

/** The fields of a side; what is computed of them is not saved. */
export type SavedHalf = Omit<
  Half,
  'begin' | 'startAt' | 'note' | 'initialSequence' | 'overdue' | 'hole' | 'minimumRoundTrip' | 'urgent' | Exclude<keyof Rare, 'closedSince'>
>

/** A connection as plain data: structured-clonable, without what the listener keeps in `application`. */
export interface SavedConnection {
  key: string
  /** Empty until it is fixed. */
  id: string
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
const saveHalf = (half: Half): SavedHalf => ({ ...half, queue: half.queue?.slice(), rare: half.rare && { ...half.rare } })

/** A connection as it is now. */
export const save = (flow: Flow): SavedConnection => ({
  key: flow.key,
  id: flow.opened ? flow.id : '',
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
  sides: [saveHalf(flow.sides[0]), saveHalf(flow.sides[1])],
})

const packet = new Frame()

/** The connection as it was saved. */
export const restore = (saved: SavedConnection): Flow => {
  const { key, tuple, hash, start, end, handshakeTime, clientKnownBy, state, oriented, opened, answered, closing, closer } = saved
  const flow = new Flow(packet, hash)
  flow.tuple = tuple
  Object.assign(flow, {
    key,
    start: micros(start),
    end: micros(end),
    handshakeTime,
    clientKnownBy,
    state,
    oriented,
    opened,
    answered,
    closing,
    closer,
    icmp: saved.icmp && { ...saved.icmp },
  })
  if (saved.id !== '') flow.id = saved.id
  flow.sides = [restoreHalf(saved.sides[0]), restoreHalf(saved.sides[1])]
  return flow
}

const restoreHalf = (saved: SavedHalf): Half =>
  Object.assign(new Half(), saved, { queue: saved.queue?.slice(), rare: saved.rare && Object.assign(new Rare(), saved.rare) })
