import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'

interface TabsProps<Name extends string> {
  label: string
  tabs: { name: Name; title: ComponentChildren }[]
  chosen: Name
  onChoose(name: Name): void
  children: ComponentChildren
}

/** Tabs as the ARIA practices describe them: arrow keys move among them. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose, children }: TabsProps<Name>) {
  const list = useRef<HTMLDivElement>(null)
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    const next = (tabs.findIndex(({ name }) => name === chosen) + step + tabs.length) % tabs.length
    onChoose(tabs[next].name)
    list.current!.querySelectorAll('button')[next].focus()
    event.preventDefault()
  }
  return (
    <div class="tabs">
      <div class="tab-list" role="tablist" tabIndex={-1} aria-label={label} ref={list} onKeyDown={keys}>
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === chosen}
            aria-controls="tab-panel"
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${chosen}`}>
        {children}
      </div>
    </div>
  )
}
