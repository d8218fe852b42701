import type { IncomingHttpHeaders } from 'node:http'
import { type Event, InvalidEvent } from '#events/define.ts'

/** The event that `decode` gives; one that does not fit its type, or whose type is not known, as it came: its data stay bytes. */
export function undecoded(decode: () => Event, headers: IncomingHttpHeaders, body: Uint8Array): Event {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof InvalidEvent)) throw error
    const attribute = (name: string): string | undefined => headers[`ce-${name}`] as string | undefined
    return {
      id: attribute('id') ?? '',
      type: attribute('type') ?? 'unknown',
      source: attribute('source') ?? '',
      subject: attribute('subject'),
      time: attribute('time') ?? '',
      data: body,
    }
  }
}
