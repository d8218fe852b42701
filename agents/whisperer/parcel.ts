import type { Event } from '#events/define.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'

/** A section with its place in its lane: the same at each try to send it, also after a restart. */
export interface Parcel {
  agent: string
  lane: number
  sequence: number
  /** ms since 1970, when the section was closed. */
  time: number
  packets: number
  bytes: number
}

export const laneKey = ({ agent, lane }: Pick<Parcel, 'agent' | 'lane'>): string => `${agent}/${lane}`

export const toEvent = (parcel: Parcel, section: Uint8Array): Event<Uint8Array> => {
  const partitionkey = laneKey(parcel)
  return packetsCaptured.make(`/agents/${parcel.agent}`, section, {
    id: `${partitionkey}/${parcel.sequence}`,
    time: new Date(parcel.time).toISOString(),
    partitionkey,
    sequence: parcel.sequence,
  })
}

/** Gives sections their places. */
export class Sequences {
  #agent: string
  #last = new Map<number, number>()

  constructor(agent: string) {
    this.#agent = agent
  }

  next(lane: number, packets: number, section: Uint8Array): Parcel {
    const sequence = (this.#last.get(lane) ?? 0) + 1
    this.#last.set(lane, sequence)
    return { agent: this.#agent, lane, sequence, time: Date.now(), packets, bytes: section.length }
  }

  /** The last parcel of each lane that had one. */
  ends(): { parcel: Parcel; section: Uint8Array }[] {
    return [...this.#last.keys()].map((lane) => ({ parcel: this.next(lane, 0, endOfCapture), section: endOfCapture }))
  }
}
