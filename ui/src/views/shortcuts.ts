import { TABS } from '../logic/address.ts'
import { back, call, go } from '../state/place.ts'
import { leaveRow, showNew } from './Calls.tsx'
import { close } from './details/Close.tsx'
import { filterLine } from './FilterBar.tsx'
import { step, toggleLive, zoomBy } from './RangeControls.tsx'

const focusGrid = (key: string): void => {
  const grid = document.querySelector<HTMLElement>('.grid')
  grid?.focus()
  grid?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: false }))
}

const ACTIONS: Record<string, (key: string) => void> = {
  '/': () => filterLine.current?.focus(),
  Escape: () => (call.value ? close() : leaveRow()),
  l: toggleLive,
  b: back,
  n: showNew,
  '+': () => zoomBy(0.5),
  '=': () => zoomBy(0.5),
  '-': () => zoomBy(2),
  '[': () => step(-1),
  ']': () => step(1),
  j: focusGrid,
  k: focusGrid,
}

const typesText = (target: EventTarget | undefined): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Keys that work everywhere but where text is typed. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typesText(event.composedPath()[0])) return
    const tab = call.value ? TABS[Number(event.key) - 1] : undefined
    if (tab) go({ tab }, 'replace')
    else if (ACTIONS[event.key]) ACTIONS[event.key](event.key)
    else return
    event.preventDefault()
  })
}
