import { useState } from 'preact/hooks'
import { describeSpan } from '../logic/axis.ts'
import { clock, duration } from '../logic/format.ts'
import { fixed, formatWindow, live, pan, parseWindow, spanOf, WINDOWS, zoom } from '../logic/range.ts'
import { atTop, showWaiting } from '../state/calls.ts'
import { serverNow } from '../state/clock.ts'
import { lookAtAll } from '../state/extent.ts'
import { feeding } from '../state/live.ts'
import { back, following, look, past, paused, range, span } from '../state/place.ts'
import { Popover } from '../widgets/Popover.tsx'

const local = clock()

/** The last live window, so that Live goes back to it. */
const liveWindow = () => {
  const last = [...past.value].reverse().find(({ kind }) => kind === 'live')
  return last?.kind === 'live' ? last.window : 900_000
}

export function zoomBy(factor: number): void {
  const { from, to } = spanOf(range.value, serverNow())
  const zoomed = zoom({ from, to }, following.value ? to : (from + to) / 2, factor)
  look(following.value ? live(zoomed.to - zoomed.from) : fixed(zoomed.from, zoomed.to))
}

/** Earlier or later by a quarter of what is shown. */
export function step(direction: 1 | -1): void {
  const { from, to } = pan(spanOf(range.value, serverNow()), direction / 4)
  look(fixed(from, to))
}

export const toggleLive = (): void => {
  if (following.value) {
    const { from, to } = span.value
    look(fixed(from, to))
  } else look(live(liveWindow()))
}

/** Lets what is live stand still, or go on with what waited. */
export function togglePause(): void {
  paused.value = following.value && !paused.value
  if (!paused.value && atTop.value) showWaiting()
}

export function RangeControls() {
  const window = range.value.kind === 'live' ? formatWindow(range.value.window) : ''
  const choices = [...new Set([...WINDOWS.map(formatWindow), ...(window ? [window] : [])])]
  const choose = (choice: string) => {
    const chosen = parseWindow(choice)
    if (choice === 'all') void lookAtAll()
    else if (chosen !== undefined) look(live(chosen))
  }
  return (
    <fieldset class="range" aria-label="Time range">
      <button
        type="button"
        class="quiet icon"
        title="Back to the range before (b)"
        aria-label="Back to the range before"
        disabled={past.value.length === 0}
        onClick={back}
      >
        ↶
      </button>
      <button type="button" class="live" aria-pressed={following.value} title="Follow what is captured now (l)" onClick={toggleLive}>
        <i class={`dot ${following.value ? (feeding.value && !paused.value ? 'on' : 'waiting') : ''}`} />
        Live
      </button>
      <button
        type="button"
        class="quiet"
        aria-pressed={paused.value}
        disabled={!following.value}
        title={paused.value ? 'Go on (p)' : 'Pause: what is read stays in place, what is new waits (p)'}
        onClick={togglePause}
      >
        Pause
      </button>
      <select aria-label="Length of time" value={window} onChange={(event) => choose(event.currentTarget.value)}>
        {!window && (
          <option value="" disabled>
            fixed
          </option>
        )}
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            last {duration(parseWindow(choice)! * 1000)}
          </option>
        ))}
        <option value="all">everything</option>
      </select>
      <Popover label="From and to" buttonClass="quiet span" button={describeSpan(local, span.value.from, span.value.to)}>
        {(close) => <Exact done={close} />}
      </Popover>
      <button type="button" class="quiet icon wide-only" title="Less time (+)" aria-label="Less time" onClick={() => zoomBy(0.5)}>
        +
      </button>
      <button type="button" class="quiet icon wide-only" title="More time (−)" aria-label="More time" onClick={() => zoomBy(2)}>
        −
      </button>
    </fieldset>
  )
}

const written = (ms: number): string => `${local.date(ms)} ${local.time(ms)}`
const readTime = (text: string): number => Date.parse(text.trim().replace(' ', 'T'))

function Exact({ done }: { done(): void }) {
  const now = spanOf(range.value, serverNow())
  const [from, setFrom] = useState(written(now.from))
  const [to, setTo] = useState(written(now.to))
  const [start, end] = [readTime(from), readTime(to)]
  const wrong = Number.isNaN(start)
    ? 'From is not a time like 2026-03-04 14:03:07'
    : Number.isNaN(end)
      ? 'To is not a time like 2026-03-04 14:03:07'
      : start >= end
        ? 'From has to be before To'
        : undefined
  return (
    <form
      class="exact"
      onSubmit={(event) => {
        event.preventDefault()
        look(fixed(start, end))
        done()
      }}
    >
      <label>
        From <input value={from} size={24} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        To <input value={to} size={24} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <p class={wrong ? 'error' : 'soft'}>{wrong ?? `In the time of ${local.zone}; with a Z at the end, in UTC.`}</p>
      <button type="submit" class="primary" disabled={wrong !== undefined}>
        Show
      </button>
    </form>
  )
}
