import type { ComponentChildren } from 'preact'
import { address, ofView, setOfView } from '../state/place.ts'
import { Splitter } from '../widgets/Splitter.tsx'
import { Shown } from './Panel.tsx'
import { chosen, FACETS, LOWER } from './registry.ts'

const WIDTH = 220
const LEAST = 150
const MOST = 480
const OPEN = 'facets.panel'

/** The facets, beside the lower panel: folded away until they are asked for. */
export function Side({ children }: { children: ComponentChildren }) {
  if (chosen(LOWER, address.value.lower) === undefined) return children
  const told = ofView(OPEN)
  const open = told !== undefined
  const width = Math.min(Math.max(Number(told) || WIDTH, LEAST), MOST)
  const label = open ? 'Fold: Facets' : 'Unfold: Facets'
  return (
    <div class="beside">
      <aside class={`side ${open ? '' : 'folded'}`} aria-label="Facets" style={{ width: open ? `${width}px` : undefined }}>
        <button
          type="button"
          class="quiet side-title"
          aria-expanded={open}
          title={`${label} (v)`}
          aria-label={label}
          onClick={toggleFacets}
        >
          <span>Facets</span> <span aria-hidden="true">{open ? '◂' : '▸'}</span>
        </button>
        {open && (
          <div class="side-content">
            <Shown view={FACETS} />
          </div>
        )}
      </aside>
      {open && (
        <Splitter
          label="Width of the facets"
          axis="x"
          value={width}
          min={LEAST}
          max={MOST}
          sign={1}
          onChange={(size) => setOfView(OPEN, String(size), 'replace')}
        />
      )}
      {children}
    </div>
  )
}

export const toggleFacets = (): void => setOfView(OPEN, ofView(OPEN) === undefined ? 'open' : undefined)
