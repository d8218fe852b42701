import type { ComponentChildren } from 'preact'
import { count, plural } from '../../logic/format.ts'
import { setOfView } from '../../state/place.ts'
import { selected } from '../../state/selected.ts'
import { chosen } from '../grid/selection.ts'
import { type Diagram, MOSTS, most, source } from './use-calls.ts'

interface HeadProps {
  title: string
  diagram: Diagram
  children: ComponentChildren
}

/** What is drawn, and of how many calls; the tools of the view. */
export function Head({ title, diagram: { calls, left, problem, loading }, children }: HeadProps) {
  return (
    <>
      <div class="view-head diagram-head">
        <h2>{title}</h2>
        <output class="soft">{left ? `${left} calls: narrow the range or the filter to see others` : plural(calls.length, 'call')}</output>
        <select
          aria-label="Calls drawn"
          value={source()}
          onChange={({ currentTarget: { value } }) => setOfView('calls.of', value === 'all' ? undefined : value)}
        >
          <option value="all">all that are looked at</option>
          <option value="chosen" disabled={chosen.value.keys.length === 0}>
            those chosen in the list
          </option>
          <option value="opened" disabled={!selected.value}>
            what the opened call belongs to
          </option>
        </select>
        <select aria-label="Calls at most" value={most()} onChange={({ currentTarget: { value } }) => setOfView('calls.most', value)}>
          {MOSTS.map((each) => (
            <option key={each} value={each}>
              at most {count(each)}
            </option>
          ))}
        </select>
        {children}
        <div class="space" />
        <span class={`busy ${loading ? 'on' : ''}`} aria-hidden="true" />
      </div>
      {problem && (
        <p class="padded error" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** A share of natural size, in the URL. */
export function ZoomButtons({ name, zoom }: { name: string; zoom: number }) {
  const set = (next: number) => setOfView(name, next === 100 ? undefined : String(Math.min(Math.max(Math.round(next), 25), 800)), 'replace')
  return (
    <fieldset class="diagram-zoom" aria-label="Zoom">
      <button type="button" class="quiet icon" aria-label="Farther" title="Farther" onClick={() => set(zoom / 1.25)}>
        −
      </button>
      <button type="button" class="quiet" title="Natural size" onClick={() => set(100)}>
        {zoom} %
      </button>
      <button type="button" class="quiet icon" aria-label="Nearer" title="Nearer" onClick={() => set(zoom * 1.25)}>
        +
      </button>
    </fieldset>
  )
}

export const zoomOf = (text: string | undefined): number => Math.min(Math.max(Number(text ?? 100) || 100, 25), 800)
