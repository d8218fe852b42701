import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** What keys do where no text is typed. */
export interface Binding {
  /** As `KeyboardEvent.key` names them. */
  keys: readonly string[]
  /** For the sheet of keys. */
  what: string
  /** Absent where a widget listens itself, and the sheet only tells of it. */
  run?(key: string): void
}

export interface Section {
  title: string
  bindings: readonly Binding[]
}

/** What is bound now, in the order in which the sheet shows it. Later sections are asked first. */
export const sections = signal<readonly Section[]>([])

/** Binds keys until the answered function is called. */
export function bind(section: Section): () => void {
  sections.value = [...sections.peek(), section]
  return () => {
    sections.value = sections.peek().filter((each) => each !== section)
  }
}

/** Binds keys while the component is there. The section has to be the same each time: declare it outside. */
export const useKeys = (section: Section): void => useEffect(() => bind(section), [section])

const typesText = (target: EventTarget | undefined): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Keys that work everywhere but where text is typed. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typesText(event.composedPath()[0])) return
    const bound = sections.value.toReversed().flatMap(({ bindings }) => bindings)
    const binding = bound.find(({ keys, run }) => run && keys.includes(event.key))
    if (!binding) return
    binding.run!(event.key)
    event.preventDefault()
  })
}
