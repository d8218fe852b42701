import type { Place } from '../../logic/map/edits.ts'

/** What of the plane is seen: a point of the plane `p` lies at `p * k + (x, y)` of the screen, px. */
export interface Viewport {
  x: number
  y: number
  k: number
}

const [LEAST, MOST] = [0.08, 3]
/** Nothing is drawn larger than this to fill the panel. */
const NATURAL = 1.4

export const toPlane = ({ x, y, k }: Viewport, at: Place): Place => ({ x: (at.x - x) / k, y: (at.y - y) / k })

/** All of a frame of the plane, in the middle. */
export function fitted(frame: { x: number; y: number; width: number; height: number }, size: { width: number; height: number }): Viewport {
  const k = Math.min(Math.max(Math.min(size.width / frame.width, size.height / frame.height), LEAST), NATURAL)
  return { k, x: size.width / 2 - (frame.x + frame.width / 2) * k, y: size.height / 2 - (frame.y + frame.height / 2) * k }
}

/** Nearer or farther, with what lies at a point of the screen staying there. */
export function zoomed({ x, y, k }: Viewport, at: Place, factor: number): Viewport {
  const next = Math.min(Math.max(k * factor, LEAST), MOST)
  return { k: next, x: at.x - ((at.x - x) / k) * next, y: at.y - ((at.y - y) / k) * next }
}
