import type { Nested } from './nest.ts'

/** A call, or one of several in a row that are alike, with what they caused. */
export interface Step {
  nested: Nested
  /** How many in a row; the first stands for them. */
  times: number
  /** µs since 1970: from the first of them to the end of the last. */
  start: number
  end: number
  children: Step[]
}

/** Calls in a row that ask the same of the same, and went and caused the same, as one step. Without `repeats` each is its own. */
export function fold(trees: readonly Nested[], repeats = true): Step[] {
  const steps: Step[] = []
  let before: string | undefined
  for (const nested of trees) {
    const { call } = nested
    const step: Step = { nested, times: 1, start: call.start, end: call.end, children: fold(nested.children, repeats) }
    const shape = shapeOf(step)
    const last = steps.at(-1)
    // What goes on at the same time is no repeat: it is drawn beside.
    if (repeats && last && shape === before && call.start >= last.end) {
      last.times++
      last.end = call.end
    } else steps.push(step)
    before = shape
  }
  return steps
}

const shapeOf = ({ nested: { call }, children }: Step): string =>
  JSON.stringify([call.from, call.to, call.kind, children.map((child) => [child.times, shapeOf(child)])])

/** Of how many calls steps tell. */
export const callsIn = (steps: readonly Step[]): number =>
  steps.reduce((sum, { times, children }) => sum + times * (1 + callsIn(children)), 0)
