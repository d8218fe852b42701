/** What `/agents/:id/statuses` answers: sums since the agent started. */
export interface Point {
  /** ms since 1970. */
  time: number
  captured: number
  lost: number
  /** Bytes. */
  spool: number
}

/** How an agent did between its statuses. Rates are packets a second. */
export interface AgentCourse {
  captured: number[]
  lost: number[]
  spool: number[]
}

/** Figures between each status and the next. */
export function courseOf(points: readonly Point[]): AgentCourse {
  const steps = points.slice(1).map((point, i) => ({ point, before: points[i] }))
  const rate = (of: 'captured' | 'lost') =>
    steps.map(({ point, before }) => Math.max(point[of] - before[of], 0) / Math.max((point.time - before.time) / 1000, 0.001))
  return { captured: rate('captured'), lost: rate('lost'), spool: points.slice(1).map(({ spool }) => spool) }
}
