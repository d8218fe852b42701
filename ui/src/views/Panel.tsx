import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { address, go } from '../state/place.ts'
import { Tabs } from '../widgets/Tabs.tsx'
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

/** What was loaded is shown at once when it is opened again. */
const loaded = new Map<string, ComponentType>()

/** A view, loaded when it is shown first. */
export function Shown({ view }: { view: View }) {
  const [Content, setContent] = useState<ComponentType | undefined>(() => loaded.get(view.name))
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    if (Content) return
    let gone = false
    setFailed(false)
    view.load().then(
      (component) => {
        loaded.set(view.name, component)
        if (!gone) setContent(() => component)
      },
      () => {
        if (!gone) setFailed(true)
      },
    )
    return () => {
      gone = true
    }
  }, [])
  if (Content) return <Content />
  return failed ? (
    <p class="padded error">
      This view could not be loaded: the server does not answer, or was updated meanwhile.{' '}
      <button type="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </p>
  ) : null
}
