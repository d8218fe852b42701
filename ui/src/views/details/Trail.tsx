import { address, call, go, trail } from '../../state/place.ts'
import { titles } from '../../state/titles.ts'

/** The calls that led to the one that is open; each leads back. */
export function Trail() {
  if (trail.value.length === 0) return null
  const all = [...trail.value, call.value!]
  return (
    <nav class="trail" aria-label="Opened calls">
      <ol>
        {all.map((id, at) => (
          <li key={`${at}/${id}`}>
            {at === trail.value.length ? (
              <span aria-current="page">{titleOf(id)}</span>
            ) : (
              <button type="button" class="quiet" onClick={() => go({ call: id, trail: address.value.trail.slice(0, at) })}>
                {titleOf(id)}
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}

const titleOf = (id: string): string => titles.value.get(id) ?? `${id.slice(0, 8)}…`
