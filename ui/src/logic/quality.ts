import type { Mark, QualityBin } from '#events/documents/quality.ts'
import { count, plural } from './format.ts'
import type { Span } from './range.ts'

const HAPPENED: Record<Mark['kind'], string> = {
  started: 'began to capture',
  stopped: 'stopped capturing',
  failed: 'failed',
  silent: 'fell silent',
  back: 'was heard again',
}
export const inWords = ({ agent, kind }: Mark): string => `agent ${agent} ${HAPPENED[kind]}`

/** `none`: nothing captured; `good`: nothing missing; then by the share that is missing. */
export type Level = 'none' | 'good' | 'slight' | 'bad' | 'severe'
const LEVELS: readonly Level[] = ['none', 'good', 'slight', 'bad', 'severe']

/** A stretch of the quality line of one level, with what is wrong in it. */
export interface Stretch extends Span {
  level: Level
  causes: string[]
  notes: string[]
}

/** Share of packets or calls lost from which a level holds: 8 of 2 million packets is slight already, as one of them may be the one looked for. */
const BAD = 0.001
const SEVERE = 0.02

export function levelOf(bin: QualityBin): Level {
  const calls = bin.complete + bin.incomplete + bin.malformed + bin.pending
  const lost = bin.kernel + bin.overflow
  if (calls === 0 && bin.captured === 0 && lost === 0 && bin.silent.length === 0) return 'none'
  if (bin.silent.length > 0) return 'severe'
  const share = Math.max(lost / Math.max(bin.captured + lost, 1), (bin.incomplete + bin.malformed) / Math.max(calls, 1))
  return share === 0 ? 'good' : share < BAD ? 'slight' : share < SEVERE ? 'bad' : 'severe'
}

export function causesOf(bin: QualityBin): string[] {
  const packets = bin.captured + bin.kernel + bin.overflow
  const calls = bin.complete + bin.incomplete + bin.malformed + bin.pending
  return [
    ...bin.silent.map((agent) => `agent ${agent} silent`),
    ...(bin.kernel ? [`${plural(bin.kernel, 'packet')} of ${count(packets)} dropped by the kernel`] : []),
    ...(bin.overflow ? [`${plural(bin.overflow, 'packet')} dropped by overflow`] : []),
    ...(bin.incomplete ? [`${plural(bin.incomplete, 'call')} of ${count(calls)} incomplete`] : []),
    ...(bin.malformed ? [`${plural(bin.malformed, 'call')} malformed: bytes that are not of the protocol`] : []),
  ]
}

/** What is not seen as it was meant: nothing is wrong with it. */
export function notesOf(bin: QualityBin): string[] {
  return [
    ...(bin.encrypted ? [`${plural(bin.encrypted, 'session')} of TLS not decrypted, or not whole`] : []),
    ...(bin.own ? [`${plural(bin.own, 'packet')} of Spider itself left out`] : []),
    ...(bin.filtered > bin.own ? [`${plural(bin.filtered - bin.own, 'packet')} left out by the agents' own filter`] : []),
  ]
}

const add = (a: QualityBin, b: QualityBin): QualityBin => ({
  time: a.time,
  complete: a.complete + b.complete,
  incomplete: a.incomplete + b.incomplete,
  malformed: a.malformed + b.malformed,
  pending: a.pending + b.pending,
  captured: a.captured + b.captured,
  kernel: a.kernel + b.kernel,
  overflow: a.overflow + b.overflow,
  filtered: a.filtered + b.filtered,
  own: a.own + b.own,
  encrypted: a.encrypted + b.encrypted,
  silent: [...new Set([...a.silent, ...b.silent])],
})

/**
 * The quality line over `span`, in at most `most` stretches: minutes are gathered until they fit, and a stretch is as bad as its worst minute.
 * Neighbours without anything to say are one.
 */
export function qualityLine(bins: QualityBin[], width: number, span: Span, most: number): Stretch[] {
  const wide = Math.max(1, Math.ceil((span.to - span.from) / width / most)) * width
  const groups = new Map<number, { sum: QualityBin; level: Level }>()
  for (const bin of bins) {
    if (bin.time + width <= span.from || bin.time >= span.to) continue
    const start = Math.floor(bin.time / wide) * wide
    const group = groups.get(start)
    groups.set(start, { sum: group ? add(group.sum, bin) : bin, level: worse(group?.level ?? 'none', levelOf(bin)) })
  }
  const line: Stretch[] = []
  for (const [start, { sum, level }] of [...groups].sort(([a], [b]) => a - b)) {
    const stretch = {
      from: Math.max(start, span.from),
      to: Math.min(start + wide, span.to),
      level,
      causes: causesOf(sum),
      notes: notesOf(sum),
    }
    const last = line.at(-1)
    if (
      last &&
      last.to === stretch.from &&
      last.level === level &&
      [last, stretch].every(({ causes, notes }) => causes.length + notes.length === 0)
    )
      last.to = stretch.to
    else line.push(stretch)
  }
  return line
}

const worse = (a: Level, b: Level): Level => (LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b)

/** The line in a sentence, for those who cannot see it. */
export function qualityInWords(line: Stretch[]): string {
  const wrong = line.filter((stretch) => stretch.causes.length > 0)
  return wrong.length === 0
    ? 'Capture quality: nothing is missing'
    : `Capture quality: something is missing in ${plural(wrong.length, 'stretch', 'stretches')} of time`
}
