import type { DeadLetters } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'

/** What the broker says of an event that it could not deliver (Knative's extension attributes of dead letters). */
export interface Undelivered {
  /** `knativeerrordest`: the address that did not take it. */
  destination: string | undefined
  /** `knativeerrorcode`: the last answer's status. */
  code: string | undefined
  /** `knativeerrordata`: the beginning of the last answer's body, in base64. */
  data: string | undefined
}

/** Keeps an event that could not be delivered, with the reason that its function gave. */
export const keepUndelivered =
  (letters: DeadLetters) =>
  async (event: Event, said: Undelivered): Promise<void> => {
    await letters.keep(event, functionOf(said.destination), reasonOf(said), 0)
  }

/** The function is the first label of its host name: `http://sessions.spider.svc.cluster.local`. */
function functionOf(destination: string | undefined): string {
  if (destination === undefined || !URL.canParse(destination)) return 'unknown'
  return new URL(destination).hostname.split('.')[0]
}

function reasonOf({ code, data }: Undelivered): string {
  const text = data === undefined ? '' : Buffer.from(data, 'base64').toString('utf8')
  return [code && `answered ${code}`, detailOf(text)].filter(Boolean).join(': ') || 'no reason was given'
}

/** The detail of a problem document, or the text as it is; a document that was cut is shown as it came. */
function detailOf(text: string): string {
  try {
    const problem = JSON.parse(text) as { detail?: unknown } | null
    if (typeof problem?.detail === 'string') return problem.detail
  } catch {
    // Not JSON, or cut: then its text is all there is to show.
  }
  return text.slice(0, 500)
}
