import { useState } from 'preact/hooks'
import type { Groups } from '#events/documents/groups.ts'
import { type Facet, type FacetValue, facetsOf, OTHER_FACETS, openFacets, tellFacets, termOfValue, valuesOf } from '../../logic/facets.ts'
import { count, plural } from '../../logic/format.ts'
import { useAnswer } from '../../state/answer.ts'
import { narrow } from '../../state/filter.ts'
import { ofView, setOfView } from '../../state/place.ts'

const FEW = 8
const MANY = 60

/** What values the calls have, field by field, with counts: a click narrows to a value, or excludes it. */
export function Facets() {
  const open = openFacets(ofView('facets.of'))
  const toggle = (name: string) =>
    setOfView('facets.of', tellFacets(open.includes(name) ? open.filter((each) => each !== name) : [...open, name]), 'replace')
  return (
    <div class="facets">
      {facetsOf(open).map((facet) => (
        <OneFacet key={facet.name} facet={facet} open={open.includes(facet.name)} onToggle={() => toggle(facet.name)} />
      ))}
      <select
        aria-label="Count another field"
        value=""
        onChange={({ currentTarget }) => {
          toggle(currentTarget.value)
          currentTarget.value = ''
        }}
      >
        <option value="">another field …</option>
        {OTHER_FACETS.filter(({ name }) => !open.includes(name)).map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </div>
  )
}

function OneFacet({ facet, open, onToggle }: { facet: Facet; open: boolean; onToggle(): void }) {
  return (
    <section class="facet" aria-label={`Calls by ${facet.title}`}>
      <h3>
        <button type="button" class="quiet" aria-expanded={open} onClick={onToggle}>
          <span aria-hidden="true">{open ? '▾' : '▸'}</span> {facet.title}
        </button>
      </h3>
      {open && <Values facet={facet} />}
    </section>
  )
}

function Values({ facet: { name, title } }: { facet: Facet }) {
  const [most, setMost] = useState(FEW)
  const { value, problem, loading } = useAnswer<Groups>('/aggregate', { by: name, metrics: 'errors', most })
  if (problem) return <p class="error">{problem}</p>
  if (!value) return <p class="soft">…</p>
  const values = valuesOf(value)
  const more = value.others?.groups ?? 0
  return (
    <>
      <ul aria-busy={loading}>
        {values.map((each) => (
          <OneValue key={JSON.stringify(each.key)} facet={name} title={title} value={each} />
        ))}
      </ul>
      {values.length === 0 && <p class="soft">No call has it.</p>}
      {more > 0 && most === FEW && (
        <button type="button" class="quiet more" onClick={() => setMost(MANY)}>
          {count(more)} more …
        </button>
      )}
      {more > 0 && most === MANY && <p class="soft">and {count(more)} more: narrow the filter</p>}
    </>
  )
}

function OneValue({ facet, title, value }: { facet: string; title: string; value: FacetValue }) {
  const { key, text, count: calls, errors, share, errorShare } = value
  const term = termOfValue(facet, key)
  const failed = errors > 0 ? `, ${plural(errors, 'error')}` : ''
  return (
    <li>
      <button
        type="button"
        class="quiet facet-value"
        title={`${text}: ${plural(calls, 'call')}${failed}. Click: only these. With Alt: without them`}
        onClick={(event) => narrow(term, event.altKey)}
      >
        <span class={key === null || key === '' ? 'facet-text soft' : 'facet-text'}>{text}</span>
        <span class="facet-count">{count(calls)}</span>
        <span class="facet-bar" style={{ width: `${share * 100}%` }} />
        {errors > 0 && <span class="facet-bar facet-errors" style={{ width: `${errorShare * 100}%` }} />}
      </button>
      <button
        type="button"
        class="quiet icon facet-exclude"
        title="Exclude: without these"
        aria-label={`Without ${title} ${text}`}
        onClick={() => narrow(term, true)}
      >
        −
      </button>
    </li>
  )
}
