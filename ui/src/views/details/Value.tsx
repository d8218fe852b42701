import type { ComponentChildren } from 'preact'
import type { Filter } from '#engines/query/ast.ts'
import { narrow, onlyErrors } from '../../state/filter.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'

interface ValueProps {
  /** The calls that have the value; undefined where filters do not know it. */
  term: Filter | undefined
  /** What is copied; nothing can be when it is not told. */
  copy?: string
  children: ComponentChildren
}

/** A value, wherever it is shown: it can be filtered by, excluded, narrowed to what failed, and copied. */
export function Value({ term, copy, children }: ValueProps) {
  return (
    <span class="value">
      <span class="value-text">{children}</span>
      {(term || copy !== undefined) && (
        <span class="value-actions">
          {term && <Actions term={term} />}
          {copy !== undefined && <CopyButton text={() => copy} label="Copy the value" />}
        </span>
      )}
    </span>
  )
}

const Actions = ({ term }: { term: Filter }) => (
  <>
    <button type="button" title="Filter: only calls like this" aria-label="Only calls like this" onClick={() => narrow(term)}>
      +
    </button>
    <button type="button" title="Exclude calls like this" aria-label="Without calls like this" onClick={() => narrow(term, true)}>
      −
    </button>
    <button type="button" title="Only errors like this" aria-label="Only errors like this" onClick={() => onlyErrors(term)}>
      !
    </button>
  </>
)
