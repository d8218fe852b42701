import type { Nested } from './nest.ts'

/** A stretch of time in which the whole waited for one call. µs since 1970. */
export interface Critical {
  id: string
  from: number
  to: number
}

/**
 * What a call's duration consists of: backwards from its end, whatever ended last before is what was waited for; between, the call itself.
 * The stretches are in order, without gaps, from the call's start to its end.
 */
export function criticalPath({ call, children }: Nested): Critical[] {
  const path: Critical[] = []
  let at = call.end
  const own = (from: number): void => {
    if (from < at) path.unshift({ id: call.id, from, to: at })
  }
  for (const child of children.toSorted((a, b) => b.call.end - a.call.end || b.call.start - a.call.start)) {
    if (child.call.end > at || child.call.start === child.call.end) continue
    own(child.call.end)
    path.unshift(...criticalPath(child))
    at = child.call.start
  }
  own(call.start)
  return path
}
