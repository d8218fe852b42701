import { useState } from 'preact/hooks'
import { count, plural } from '../../logic/format.ts'
import { spanOf } from '../../logic/range.ts'
import { type Parameters, url } from '../../state/api.ts'
import { sorting, total } from '../../state/calls.ts'
import { serverNow } from '../../state/clock.ts'
import { q, range } from '../../state/place.ts'
import { Popover } from '../../widgets/Popover.tsx'
import { FIELDS } from './field-column.ts'
import { layout } from './layout.ts'
import { Pacts } from './Pacts.tsx'

/** What the server gives at most. */
const MOST_IDS = 200
const MOST_IN_CONTRACT = 5000
const FORMS: readonly { form: string; title: string; what: string; most: number }[] = [
  { form: 'csv', title: 'CSV', what: 'a row a call', most: 1_000_000 },
  { form: 'ndjson', title: 'NDJSON', what: 'a document a call', most: 1_000_000 },
  { form: 'har', title: 'HAR', what: 'HTTP Archive 1.2, with bodies', most: 20_000 },
  { form: 'pcapng', title: 'pcapng', what: 'the packets of their connections', most: 100_000 },
]

/** The calls as a file: those chosen, else all that fit. The server writes it; the page does not hold it. */
export function ExportMenu({ ids }: { ids: readonly string[] }) {
  return (
    <Popover label="Export" button="Export ▾" buttonClass="quiet">
      <Choices ids={ids} />
    </Popover>
  )
}

function Choices({ ids }: { ids: readonly string[] }) {
  const [bodies, setBodies] = useState(false)
  const [secrets, setSecrets] = useState(false)
  const [pacts, setPacts] = useState(false)
  const some = ids.length > 0
  const calls = some ? Math.min(ids.length, MOST_IDS) : (total.value ?? 0)
  const asked: Parameters = some
    ? { ids: ids.slice(0, MOST_IDS).join() }
    : { ...spanOf(range.value, serverNow()), q: q.value, sort: sorting.value }
  const fields = layout.value.map(({ key }) => key).filter((key) => FIELDS.has(key))
  const options: Record<string, Parameters> = {
    csv: {
      columns:
        fields.length > 0
          ? ['@timestamp', 'event.action', 'url.full', 'http.response.status_code', 'event.duration', ...fields].join()
          : undefined,
    },
    ndjson: { bodies: bodies ? 'true' : undefined },
    pcapng: { secrets: secrets ? 'true' : undefined },
  }
  return (
    <div class="export-menu">
      <p>
        {some ? plural(calls, 'chosen call') : `All ${plural(calls, 'call')} that fit`}
        {ids.length > MOST_IDS && (
          <span class="warn">
            {' '}
            of {count(ids.length)}: more than {MOST_IDS} at a time need a filter
          </span>
        )}
      </p>
      <ul>
        {FORMS.map(({ form, title, what, most }) => (
          <li key={form}>
            <a class="button" href={url(`/export/${form}`, { ...asked, ...options[form] })} download={`calls.${form}`}>
              {title}
            </a>{' '}
            <span class="soft">
              {what}
              {calls > most && `; the first ${count(most)}`}
            </span>
          </li>
        ))}
      </ul>
      {!some && (
        <p>
          <a class="button" href={url('/contracts/openapi', { ...asked, sort: undefined })} download="openapi.json">
            OpenAPI
          </a>{' '}
          <span class="soft">a contract made of the newest {count(MOST_IN_CONTRACT)} of HTTP</span>
        </p>
      )}
      {!some && (
        <details onToggle={(event) => setPacts(event.currentTarget.open)}>
          <summary>Pact: samples of them, a file for each consumer and provider</summary>
          {pacts && <Pacts asked={{ ...asked, sort: undefined }} />}
        </details>
      )}
      <label>
        <input type="checkbox" checked={bodies} onChange={() => setBodies(!bodies)} /> NDJSON with bodies
      </label>
      <label>
        <input type="checkbox" checked={secrets} onChange={() => setSecrets(!secrets)} /> pcapng with the secrets of TLS, where that is
        allowed
      </label>
    </div>
  )
}
