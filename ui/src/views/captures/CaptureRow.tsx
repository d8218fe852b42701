import type { LocalCapture } from '#events/documents/local-capture.ts'
import { bytes, plural, seconds } from '../../logic/format.ts'
import { equals } from '../../logic/refine.ts'
import { serverNow } from '../../state/clock.ts'
import { only } from '../../state/filter.ts'
import { stop } from '../../state/local-captures.ts'

const REASONS = { stopped: 'Stopped', time: 'Ended: its time was over', size: 'Ended: its size was reached' } as const

const stateOf = ({ state, reason }: LocalCapture): string =>
  state === 'ended' ? REASONS[reason!] : { capturing: 'Captures', stopping: 'Stopping', failed: 'Failed' }[state]

/** One capture: what it takes, how far it is, and how it ended. */
export function CaptureRow({ capture }: { capture: LocalCapture }) {
  const { id, interfaces, filter, captured, dropped, started, ended, message } = capture
  const where = interfaces.join(', ')
  const most = capture.seconds * 1000
  const took = Math.min((ended ?? serverNow()) - started, most)
  const running = ended === undefined
  return (
    <li>
      <h3>
        <i class={`dot ${running ? 'on' : capture.state === 'failed' ? 'wrong' : ''}`} />
        {where} {filter && <code>{filter}</code>}
      </h3>
      {running && (
        <progress
          value={Math.max(took / most, captured.bytes / capture.bytes)}
          max={1}
          aria-label={`Progress of the capture on ${where}`}
        />
      )}
      <p role="status">
        {stateOf(capture)}, {seconds(took)}
        {running && ` of ${seconds(most)}`}: {plural(captured.packets, 'packet')}, {bytes(captured.bytes)}
        {running && ` of ${bytes(capture.bytes)}`}
      </p>
      {dropped > 0 && <p class="warn">{plural(dropped, 'packet')} dropped before they could be taken</p>}
      {message && <p class="error">{message}</p>}
      <p class="local-capture-buttons">
        <button type="button" class="quiet" onClick={() => only(equals('spider.agents', id))}>
          Show its calls
        </button>
        {running && (
          <button
            type="button"
            disabled={capture.state === 'stopping'}
            aria-label={`Stop the capture on ${where}`}
            onClick={() => void stop(capture)}
          >
            Stop
          </button>
        )}
      </p>
    </li>
  )
}
