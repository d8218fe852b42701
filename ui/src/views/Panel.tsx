import { address, go } from '../state/place.ts'
import { Tabs } from '../widgets/Tabs.tsx'
import { Wanted } from '../widgets/Wanted.tsx'
import { chosen, FOLDED, type View } from './registry.ts'

interface PanelProps {
  /** Which of the two it is, as the URL names it. */
  place: 'upper' | 'lower'
  label: string
  views: readonly View[]
}

/** One of the panels: tabs for its views, and the one that is chosen. A folded panel shows its tabs only. */
export function Panel({ place, label, views }: PanelProps) {
  const view = chosen(views, address.value[place])
  const show = (name: string | undefined) => go({ [place]: name })
  return (
    <section class={`panel panel-${place} ${view ? '' : 'folded'}`} aria-label={label}>
      <Tabs
        label={label}
        tabs={views.map(({ name, title }) => ({ name, title }))}
        chosen={view?.name}
        onChoose={(name) => show(name === views[0].name ? undefined : name)}
        end={
          <button
            type="button"
            class="quiet icon"
            aria-expanded={view !== undefined}
            title={view ? `Fold: ${label}` : `Unfold: ${label}`}
            aria-label={view ? `Fold: ${label}` : `Unfold: ${label}`}
            onClick={() => show(view ? FOLDED : undefined)}
          >
            {(place === 'upper') === (view !== undefined) ? '▴' : '▾'}
          </button>
        }
      >
        {view && <Shown key={view.name} view={view} />}
      </Tabs>
    </section>
  )
}

/** A view, loaded when it is shown first. */
export const Shown = ({ view }: { view: View }) => <Wanted load={view.load} with={{}} />
