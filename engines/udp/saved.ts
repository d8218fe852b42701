import { Frame } from '../packet/frame.ts'
import type { Connection, IcmpErrors } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { Conversation, Datagrams } from './conversation.ts'

export type SavedDatagrams = Pick<Datagrams, 'packets' | 'bytes' | 'missingBytes' | 'gaps'>

/** A conversation as plain data, without what the listener keeps in `application`. */
export interface SavedConversation {
  key: string
  /** Client and server address as words, then their ports. */
  tuple: number[]
  hash: number
  start: number
  end: number
  touched: number
  clientKnownBy: 'data' | 'port'
  state: Connection['state']
  icmp: IcmpErrors | undefined
  sides: [SavedDatagrams, SavedDatagrams]
}

export const save = (conversation: Conversation): SavedConversation => {
  const { key, tuple, hash, start, end, touched, clientKnownBy, state, icmp, sides } = conversation
  return {
    key,
    tuple,
    hash,
    start,
    end,
    touched,
    clientKnownBy,
    state,
    icmp: icmp && { ...icmp },
    sides: [{ ...sides[0] }, { ...sides[1] }],
  }
}

const packet = new Frame()

/** The conversation as it was saved. */
export const restore = ({ tuple, hash, start, end, sides, clientKnownBy, state, icmp }: SavedConversation, idle: number): Conversation => {
  const conversation = new Conversation(packet, hash, idle)
  conversation.tuple = tuple
  conversation.start = micros(start)
  conversation.end = micros(end)
  conversation.sides = [Object.assign(new Datagrams(), sides[0]), Object.assign(new Datagrams(), sides[1])]
  return Object.assign(conversation, { clientKnownBy, state, icmp })
}
