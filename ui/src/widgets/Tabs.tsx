import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'

interface TabsProps<Name extends string> {
  label: string
  tabs: { name: Name; title: ComponentChildren }[]
  /** Undefined: none, and no panel is shown. */
  chosen: Name | undefined
  onChoose(name: Name): void
  /** Stands at the end of the line of tabs. */
  end?: ComponentChildren
  children: ComponentChildren
}

/** Tabs as the ARIA practices describe them: arrow keys move among them. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose, end, children }: TabsProps<Name>) {
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const at = tabs.findIndex(({ name }) => name === chosen)
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    const next = (at + step + tabs.length) % tabs.length
    onChoose(tabs[next].name)
    list.current!.querySelectorAll('button')[next].focus()
    event.preventDefault()
  }
  return (
    <div class="tabs">
      <div class="tab-line">
        <div class="tab-list" role="tablist" tabIndex={-1} aria-label={label} ref={list} onKeyDown={keys}>
          {tabs.map(({ name, title }, i) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={name === chosen}
              aria-controls={chosen === undefined ? undefined : `${id}-panel`}
              tabIndex={i === Math.max(at, 0) ? 0 : -1}
              onClick={() => onChoose(name)}
            >
              {title}
            </button>
          ))}
        </div>
        {end}
      </div>
      {chosen !== undefined && (
        <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`}>
          {children}
        </div>
      )}
    </div>
  )
}
