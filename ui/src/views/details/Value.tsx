import type { ComponentChildren } from 'preact'
import type { Filter } from '#engines/query/ast.ts'
import { narrow } from '../../state/filter.ts'

/** A value that can be filtered by, or excluded. */
export function Value({ term, children }: { term: Filter | undefined; children: ComponentChildren }) {
  return (
    <span class="value">
      <span class="value-text">{children}</span>
      {term && (
        <span class="value-actions">
          <button type="button" title="Filter: only calls like this" aria-label="Only calls like this" onClick={() => narrow(term)}>
            +
          </button>
          <button type="button" title="Exclude calls like this" aria-label="Without calls like this" onClick={() => narrow(term, true)}>
            −
          </button>
        </span>
      )}
    </span>
  )
}
