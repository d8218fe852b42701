import { signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import { readRules } from '#engines/http/template.ts'
import type { Filter } from '#engines/query/ast.ts'
import type { Groups } from '#events/documents/groups.ts'
import { count, plural } from '../../logic/format.ts'
import { equals } from '../../logic/refine.ts'
import { ENDPOINTS, type Endpoint, endpointsOf } from '../../logic/statistics/endpoints.ts'
import { MEASURES } from '../../logic/statistics/measures.ts'
import { useAnswer } from '../../state/answer.ts'
import { reach } from '../../widgets/reach.ts'
import { Value } from '../details/Value.tsx'

const KEY = 'spider.endpoints'
const MOST_ROWS = 500

/** Templates that the reader gave, a line each; kept in this browser. */
const rulesText = signal(localStorage.getItem(KEY) ?? '')

/** The calls of HTTP by method, host and the template of their path. */
export function Endpoints() {
  const { value, problem } = useAnswer<Groups>('/aggregate', ENDPOINTS)
  const { rules, faults } = useMemo(() => readRules(rulesText.value), [rulesText.value])
  const endpoints = useMemo(() => endpointsOf(value?.groups ?? [], rules), [value, rules])
  return (
    <div class="statistics-body" ref={reach}>
      {problem && <p class="error padded">{problem}</p>}
      <Rules faults={faults} />
      {value && <Table endpoints={endpoints} seconds={Math.max((value.to - value.from) / 1000, 0.001)} />}
      {value && endpoints.length === 0 && <p class="soft padded">No call of HTTP in this range fits.</p>}
      {value?.others && (
        <p class="soft padded">{plural(value.others.count, 'call')} of rarer paths are not counted here: a filter brings them in.</p>
      )}
    </div>
  )
}

function Rules({ faults }: { faults: readonly string[] }) {
  return (
    <details class="rules">
      <summary>Templates of paths</summary>
      <p class="soft">
        Numbers, UUIDs, hex, dates and the like are folded by themselves. Templates of your own come first, a line each: /users/{'{name}'}
        /orders; those of an OpenAPI document can be pasted.
      </p>
      <textarea
        aria-label="Templates of paths, one a line"
        rows={5}
        spellcheck={false}
        value={rulesText.value}
        onInput={({ currentTarget }) => {
          rulesText.value = currentTarget.value
          localStorage.setItem(KEY, currentTarget.value)
        }}
      />
      {faults.map((fault) => (
        <p key={fault} class="error">
          {fault}
        </p>
      ))}
    </details>
  )
}

/** Calls of an endpoint, as closely as filters can say it. */
function termOf({ method, host, template, paths, example }: Endpoint): Filter {
  const path: Filter =
    paths === 1
      ? equals('url.path', example)
      : { kind: 'like', field: 'url.path', pattern: template.replace(/[*?\\]/g, '\\$&').replace(/\{[^}]*\}/g, '*') }
  return {
    kind: 'and',
    of: [...(method ? [equals('http.request.method', method)] : []), ...(host ? [equals('url.domain', host)] : []), path],
  }
}

function Table({ endpoints, seconds }: { endpoints: readonly Endpoint[]; seconds: number }) {
  const [sort, setSort] = useState('count')
  const by = MEASURES.find(({ name }) => name === sort)!
  const sorted = endpoints.toSorted((a, b) => (by.of(b, seconds) ?? -1) - (by.of(a, seconds) ?? -1))
  return (
    <>
      <table class="statistics-table" aria-label="Endpoints">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Host</th>
            <th scope="col">Path</th>
            <th scope="col" class="end">
              Paths
            </th>
            {MEASURES.map(({ name, title }) => (
              <th key={name} scope="col" class="end" aria-sort={name === sort ? 'descending' : undefined}>
                <button type="button" class="sort" onClick={() => setSort(name)}>
                  {title}
                  {name === sort && <span aria-hidden="true"> ▼</span>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MOST_ROWS).map((endpoint) => (
            <tr key={`${endpoint.method} ${endpoint.host} ${endpoint.template}`}>
              <td>{endpoint.method}</td>
              <td>{endpoint.host}</td>
              <td title={endpoint.example}>
                <Value term={termOf(endpoint)} copy={endpoint.template}>
                  {endpoint.template}
                </Value>
              </td>
              <td class="end">{count(endpoint.paths)}</td>
              {MEASURES.map(({ name, of, write }) => {
                const value = of(endpoint, seconds)
                return (
                  <td key={name} class={`end ${name === 'errors' && value ? 'bad' : ''}`}>
                    {value === undefined ? '–' : write(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > MOST_ROWS && <p class="soft padded">{count(sorted.length - MOST_ROWS)} more endpoints.</p>}
    </>
  )
}
