import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Virtualizer,
  Virtualizer as VirtualizerOf,
} from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks'

export type List = Virtualizer<HTMLElement, HTMLElement>

/** The rows of a scrolled element that can be seen, all of one height. */
export function useVirtual(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): List {
  const [, redraw] = useReducer((drawn: number, _: undefined) => drawn + 1, 0)
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll<HTMLElement>,
    observeElementRect,
    observeElementOffset,
    overscan: 4,
    onChange: () => redraw(undefined),
  }
  const list = useRef<List>(null)
  list.current ??= new VirtualizerOf<HTMLElement, HTMLElement>(options)
  list.current.setOptions(options)
  useLayoutEffect(() => list.current!._didMount(), [])
  useLayoutEffect(() => list.current!._willUpdate())
  return list.current
}
