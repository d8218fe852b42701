import type { Missing } from '../http/facts.ts'

/** One direction of a connection, to a reader of messages: where its message began, and what of it is missing. */
export interface Direction {
  /** Of the next byte, in the stream. */
  offset: number
  /** Where the message begins, and when (µs). */
  position: number
  first: number
  /** It is not known where a message begins. */
  lost: boolean
  ended: boolean
  missing: Missing[]
}

/** A direction of which nothing was read yet. `lost`: it was under way. */
export const beginning = (offset: number, lost: boolean): Direction => ({
  offset,
  position: offset,
  first: 0,
  lost,
  ended: false,
  missing: [],
})

export const copyOfDirection = (direction: Direction): Direction => ({ ...direction, missing: [...direction.missing] })
