import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

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
      <button type="button" class={buttonClass} aria-expanded={open} title={label} onClick={() => setOpen(!open)}>
        <span class="off-screen">{label}: </span>
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
