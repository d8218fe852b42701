import { useEffect } from 'preact/hooks'
import type { LicenseDocument } from '#events/documents/license.ts'
import { refresh } from '../../state/license.ts'
import { Hours } from './Hours.tsx'

const MAX_DOUBTED = 10
const when = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
const pretty = (value: unknown): string => JSON.stringify(value, undefined, 2)

/** The license in force, the CPU that was used, and the statistics before and after they are sent. */
export function LicensePanel({ message, standing, hours, license, next, sent, doubted }: LicenseDocument) {
  useEffect(() => {
    void refresh()
  }, [])
  return (
    <div class="license">
      <p>{message}</p>
      {standing.state !== 'running' && <p class="error">{standing.message}</p>}
      {standing.stops_at !== undefined && standing.state === 'running' && (
        <p class="soft">
          {standing.message} Statistics are due every hour; without any accepted, capture and parsing stop {when(standing.stops_at)} UTC.
        </p>
      )}
      <h3>CPU used, cores busy on average by hour</h3>
      <Hours hours={hours} prepaid={license?.cores} />
      {sent && (
        <details>
          <summary>
            Sent {when(sent.at)} UTC: {sent.accepted ? 'accepted' : `not accepted. ${sent.reason}`}
          </summary>
          <pre>{pretty(sent.report)}</pre>
        </details>
      )}
      {next && (
        <details>
          <summary>What will be sent next: this, and nothing else</summary>
          <pre>{pretty(next)}</pre>
        </details>
      )}
      {doubted.length > 0 && (
        <details>
          <summary>{doubted.length} readings made no sense and were not counted</summary>
          <ul>
            {doubted.slice(-MAX_DOUBTED).map(({ meter, reason, at }) => (
              <li key={`${meter}${at}`}>
                {when(at)} {meter}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
