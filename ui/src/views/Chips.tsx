import { chipsOf, flipChip, withoutChip } from '../logic/chips.ts'
import { go, q } from '../state/place.ts'

/** The conditions of the filter that is applied, each to be turned round or taken away. */
export function Chips() {
  const chips = chipsOf(q.value)
  if (chips.length === 0) return null
  return (
    <ul class="chips" aria-label="Conditions of the filter">
      {chips.map(({ text, negated }, at) => (
        <li key={`${at}/${text}`} class={negated ? 'negated' : ''}>
          <button
            type="button"
            class="quiet"
            title={negated ? 'Excluded: click to show only these' : 'Only these: click to exclude them'}
            onClick={() => go({ q: flipChip(q.value, at) })}
          >
            {negated && <b>not </b>}
            {text}
          </button>
          <button
            type="button"
            class="quiet icon"
            title="Take it away"
            aria-label={`Take away ${text}`}
            onClick={() => go({ q: withoutChip(q.value, at) })}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  )
}
