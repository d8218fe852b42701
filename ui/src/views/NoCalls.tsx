import type { ComponentChildren } from 'preact'
import { lookAtAll } from '../state/extent.ts'
import { clear } from '../state/filter.ts'
import { q } from '../state/place.ts'

/** Why a view shows no calls, and the ways out. */
export const NoCalls = ({ children }: { children?: ComponentChildren }) => (
  <div class="no-rows">
    <p>
      {q.value ? 'No call in this range fits the filter.' : 'No call in this range.'} {children}
    </p>
    {q.value && (
      <button type="button" onClick={clear}>
        Clear the filter
      </button>
    )}
    <button type="button" onClick={() => void lookAtAll()}>
      Show everything captured
    </button>
  </div>
)
