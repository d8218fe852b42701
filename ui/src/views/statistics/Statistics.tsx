import { useState } from 'preact/hooks'
import { faultInWords, faultOf } from '../../logic/refine.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { AGO, ago, otherFilter } from './beside.ts'
import { Endpoints } from './Endpoints.tsx'
import { Grouped } from './Grouped.tsx'
import { Heat } from './Heat.tsx'

const PARTS = [
  { name: 'groups', title: 'Groups', View: Grouped, besides: true },
  { name: 'endpoints', title: 'Endpoints', View: Endpoints, besides: false },
  { name: 'heat', title: 'Latency map', View: Heat, besides: false },
] as const

/** Figures of the calls that are looked at, computed by the store. */
export function Statistics() {
  const { name: shown, View, besides } = PARTS.find(({ name }) => name === ofView('statistics.show')) ?? PARTS[0]
  return (
    <section class="view statistics" aria-label="Statistics">
      <div class="view-head">
        {PARTS.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            class="quiet"
            aria-pressed={name === shown}
            onClick={() => setOfView('statistics.show', name === PARTS[0].name ? undefined : name)}
          >
            {title}
          </button>
        ))}
        <div class="space" />
        {besides && <Beside />}
      </div>
      <View />
    </section>
  )
}

/** What the figures are held against: another stretch, another filter. */
function Beside() {
  const [draft, setDraft] = useState(otherFilter.value ?? '')
  const fault = faultOf(draft)
  const apply = () => fault ?? setOfView('statistics.filter', draft.trim() || undefined)
  return (
    <>
      <select
        aria-label="Beside: another stretch"
        value={ago.value ?? ''}
        onChange={({ currentTarget }) => setOfView('statistics.ago', currentTarget.value || undefined)}
      >
        <option value="">beside: nothing</option>
        {AGO.map(({ name, title }) => (
          <option key={name} value={name}>
            beside: {title}
          </option>
        ))}
      </select>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <input
          type="search"
          class="beside-filter"
          aria-label="Beside: another filter"
          aria-invalid={fault !== undefined}
          title={fault && faultInWords(fault)}
          placeholder="beside: another filter"
          spellcheck={false}
          value={draft}
          onInput={({ currentTarget }) => setDraft(currentTarget.value)}
          onChange={apply}
        />
      </form>
    </>
  )
}
