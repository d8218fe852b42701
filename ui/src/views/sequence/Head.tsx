import type { ComponentChildren } from 'preact'
import { plural } from '../../logic/format.ts'
import { setOfView } from '../../state/place.ts'
import { selected } from '../../state/selected.ts'
import { type Diagram, ofOpened } from './use-calls.ts'

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
          value={ofOpened() ? 'opened' : ''}
          onChange={({ currentTarget: { value } }) => setOfView('calls.of', value || undefined)}
        >
          <option value="">all that are looked at</option>
          <option value="opened" disabled={!selected.value}>
            what the opened call belongs to
          </option>
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
