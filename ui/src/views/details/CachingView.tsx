import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { caching } from '../../logic/caching.ts'

/** What caches may do with an answer, and why. */
export function CachingView({ call }: { call: ExchangeDocument }) {
  const { request, response } = call.http ?? {}
  if (!request || !response) return null
  const { verdict, reasons } = caching({
    method: request.method,
    status: response.status_code,
    request: request.headers,
    response: response.headers,
  })
  return (
    <details class="pairs caching">
      <summary>
        <h3>Caching</h3> <span class="soft">{verdict}</span>
      </summary>
      <ul class="told padded">
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </details>
  )
}
