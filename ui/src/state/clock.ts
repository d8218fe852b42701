/** How much the server's clock is ahead of this machine's, ms. */
let ahead = 0
/** A Date header has whole seconds, and an answer takes its time: smaller differences say nothing. */
const UNSURE = 3000

/** Learns from the Date header of an answer (RFC 9110, section 6.6.1). */
export function learn(date: string | null): void {
  const told = Date.parse(date ?? '') - Date.now()
  if (!Number.isNaN(told)) ahead = Math.abs(told) > UNSURE ? told : 0
}

/** The time of the server, ms since 1970: calls carry times of its world, so Live follows that clock. */
export const serverNow = (): number => Date.now() + ahead
