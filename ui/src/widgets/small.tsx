import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** A button that puts text on the clipboard and says that it did. */
export function CopyButton({ text, label, children }: { text: () => string; label: string; children?: ComponentChildren }) {
  const [said, setSaid] = useState<'copied' | 'not allowed'>()
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(undefined), 1500)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setSaid('copied'),
      () => setSaid('not allowed'),
    )
  return (
    <button type="button" class="quiet copy" title={label} onClick={copy}>
      {children ?? 'Copy'}
      {said && <output class="said">{said}</output>}
    </button>
  )
}

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

interface PopoverProps {
  label: string
  button: ComponentChildren
  buttonClass?: string
  /** The panel; a function is told how to close it. */
  children: ComponentChildren | ((close: () => void) => ComponentChildren)
}

/** A button that opens a panel below it; Escape, or a click elsewhere, closes it. */
export function Popover({ label, button, buttonClass = 'quiet', children }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const stop = new AbortController()
    addEventListener('pointerdown', (event) => !event.composedPath().includes(box.current!) && setOpen(false), stop)
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        setOpen(false)
        box.current!.querySelector('button')!.focus()
      },
      { signal: stop.signal, capture: true },
    )
    return () => stop.abort()
  }, [open])
  return (
    <div class="popover" ref={box}>
      <button type="button" class={buttonClass} aria-expanded={open} aria-label={label} title={label} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open && (
        <section class="popover-panel" aria-label={label}>
          {typeof children === 'function' ? children(() => setOpen(false)) : children}
        </section>
      )}
    </div>
  )
}
