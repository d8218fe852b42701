import type { SessionPacket } from '#events/documents/session-packet.ts'
import type { Transmission } from './transmission.ts'

/** Lines and points of a chart of sequence numbers over time, in a box of 0..width and 0..height with 0 at the top. */
export interface SequenceChart {
  client: string
  server: string
  marks: { x: number; y: number; title: string }[]
  stalls: { from: number; to: number; title: string }[]
  /** µs, and bytes, at the ends of the axes. */
  time: number
  bytes: number
}

const MOST_MARKS = 500
const NAMES = {
  again: 'sent again',
  'out of order': 'fills a gap: late, or sent again',
  gap: 'something before it is missing',
  'zero window': 'can take no more',
  'keep-alive': 'keep-alive',
} as const

/** Undefined when there is nothing to draw. */
export function sequenceChart(
  packets: SessionPacket[],
  { marks, stalls }: Transmission,
  width: number,
  height: number,
): SequenceChart | undefined {
  const first = packets[0]
  const last = packets.at(-1)
  if (!first || !last || first === last) return undefined
  const bytes = packets.reduce((most, { sequence, length }) => Math.max(most, sequence + length), 1)
  const time = Math.max(last.time - first.time, 1)
  const x = (at: number) => round(((at - first.time) / time) * width)
  const y = (sequence: number) => round(height - (sequence / bytes) * height)
  const line = (side: SessionPacket['side']): string => {
    let highest = 0
    const steps = [`M0 ${y(0)}`]
    for (const packet of packets) {
      if (packet.side !== side || packet.sequence + packet.length <= highest) continue
      highest = packet.sequence + packet.length
      steps.push(`H${x(packet.time)}V${y(highest)}`)
    }
    return `${steps.join('')}H${width}`
  }
  return {
    client: line('client'),
    server: line('server'),
    marks: [...marks].slice(0, MOST_MARKS).map(([i, mark]) => {
      const packet = packets[i]
      return { x: x(packet.time), y: y(packet.sequence + packet.length), title: `packet ${packet.number}, ${packet.side}: ${NAMES[mark]}` }
    }),
    stalls: stalls.map(({ side, from, to }) => ({ from: x(from), to: x(to), title: `the ${side} could take no more` })),
    time,
    bytes,
  }
}

const round = (value: number): number => Math.round(value * 10) / 10
