import { batch, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Place } from '../../logic/map/edits.ts'
import type { Chosen } from './Canvas.tsx'
import { edit, edits } from './edits.ts'
import type { Places } from './places.ts'
import { toPlane, type Viewport, zoomed } from './viewport.ts'

/** What the pointer is on, and where, px of the canvas. */
export type Hovered = (({ node: string } | { link: string }) & Place) | undefined

interface PointerOn {
  svg: { current: SVGSVGElement | null }
  viewport: Signal<Viewport>
  places: Places
  hovered: Signal<Hovered>
  onChoose(chosen: Chosen): void
}

interface Grip {
  node: string | undefined
  /** Of the screen, where it was taken; and of the plane, between the pointer and the node. */
  start: Place
  apart: Place
  view: Viewport
  moved: boolean
}

/** Nearer than this a press that moves is a click. */
const STILL = 4

/** Pointer and wheel on the map: nodes and the plane are dragged, what is clicked is chosen. */
export function usePointer({ svg, viewport, places, hovered, onChoose }: PointerOn) {
  const grip = useRef<Grip | undefined>(undefined)
  const at = (event: MouseEvent): Place => {
    const { left, top } = svg.current!.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  useEffect(() => {
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      viewport.value = zoomed(viewport.peek(), at(event), Math.exp(-event.deltaY / 400))
    }
    const element = svg.current!
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    const { node } = under(event.target)
    const start = at(event)
    const place = node === undefined ? undefined : places.get(node)?.peek()
    const plane = toPlane(viewport.peek(), start)
    const apart = place ? { x: place.x - plane.x, y: place.y - plane.y } : { x: 0, y: 0 }
    grip.current = { node, start, apart, view: viewport.peek(), moved: false }
    svg.current!.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    const here = at(event)
    const held = grip.current
    if (!held) return hover(event, here)
    held.moved ||= Math.hypot(here.x - held.start.x, here.y - held.start.y) > STILL
    if (!held.moved) return
    batch(() => {
      hovered.value = undefined
      if (held.node === undefined) {
        viewport.value = { ...held.view, x: held.view.x + here.x - held.start.x, y: held.view.y + here.y - held.start.y }
        return
      }
      const { x, y } = toPlane(viewport.peek(), here)
      places.get(held.node)!.value = { x: Math.round(x + held.apart.x), y: Math.round(y + held.apart.y) }
    })
  }
  const hover = (event: PointerEvent, here: Place) => {
    const { node, link } = under(event.target)
    hovered.value = node !== undefined ? { node, ...here } : link !== undefined ? { link, ...here } : undefined
  }
  const up = (event: PointerEvent) => {
    const held = grip.current
    grip.current = undefined
    if (!held) return
    if (held.moved && held.node !== undefined) {
      edit({ places: { ...edits.peek().places, [held.node]: places.get(held.node)!.peek() } })
      return
    }
    if (held.moved) return
    // The capture of the pointer makes the canvas its target: what lies there is asked for.
    const { node, link } = under(document.elementFromPoint(event.clientX, event.clientY))
    onChoose(node !== undefined ? { node } : link !== undefined ? { link } : undefined)
  }
  return {
    onPointerDown: down,
    onPointerMove: move,
    onPointerUp: up,
    onPointerCancel: () => {
      grip.current = undefined
    },
    onPointerLeave: () => {
      hovered.value = undefined
    },
  }
}

function under(target: EventTarget | null): { node: string | undefined; link: string | undefined } {
  const mark = target instanceof Element ? target.closest('[data-node], [data-link]') : null
  return { node: mark?.getAttribute('data-node') ?? undefined, link: mark?.getAttribute('data-link') ?? undefined }
}
