import { duration } from '../../logic/format.ts'
import type { Call } from '../../logic/sequence/call.ts'
import type { Critical } from '../../logic/sequence/critical.ts'
import type { Segment } from '../../logic/sequence/segments.ts'

/** What is shown of time, µs. */
export interface Scale {
  start: number
  total: number
}

const NAMES: Record<Segment['name'], string> = { connect: 'connect', tls: 'TLS', request: 'send', wait: 'wait', response: 'receive' }

interface BarProps {
  call: Call
  segments: readonly Segment[]
  critical: readonly Critical[]
  scale: Scale
  /** Whether Tab leads to it. */
  current: boolean
  opened: boolean
  /** Whether there is room to say how it went. */
  said: boolean
  /** px that it can be hit on at least. */
  least: number
  onOpen(): void
  onKeys(event: KeyboardEvent): void
}

/** A call over time, its stretches in colours; under it, where the whole waited for it. */
export function Bar({ call, segments, critical, scale: { start, total }, current, opened, said, least, onOpen, onKeys }: BarProps) {
  const share = (micros: number): string => `${(micros / total) * 100}%`
  const words = [
    `${call.from} asks ${call.to}: ${call.label}`,
    `${call.result ?? 'no answer'} after ${duration(call.end - call.start)}`,
    ...segments.filter(({ from, to }) => to > from).map(({ name, from, to }) => `${NAMES[name]} ${duration(to - from)}`),
  ]
  return (
    <>
      {segments.map(({ name, from, to }) => (
        <i key={name} class={`fall-part phase-${name}`} style={{ left: share(from - start), width: share(to - from) }} />
      ))}
      {critical.map(({ from, to }) => (
        <i key={from} class="fall-critical" style={{ left: share(from - start), width: share(to - from) }} />
      ))}
      <button
        type="button"
        class={`fall-call tone-${call.tone}`}
        style={{ left: share(call.start - start), width: `max(${least}px, ${share(call.end - call.start)})` }}
        tabIndex={current ? 0 : -1}
        aria-label={words.join(', ')}
        aria-pressed={opened}
        title={words.join('\n')}
        data-call={call.id}
        onClick={onOpen}
        onKeyDown={onKeys}
      />
      {said && (
        <span class={`fall-result status-${call.tone}`} style={{ left: `calc(${share(call.end - start)} + 4px)` }} aria-hidden="true">
          {call.result ?? '…'} · {duration(call.end - call.start)}
        </span>
      )}
    </>
  )
}
