export interface StreamEvent {
  type: string
  id: string | undefined
  data: string
}

/** The events of a `text/event-stream` (HTML, "Server-sent events", section 9.2.6), at most so many; the last may be cut. */
export function readEvents(text: string, most: number): { events: StreamEvent[]; more: boolean } {
  const events: StreamEvent[] = []
  let [type, id, data]: [string, string | undefined, string[]] = ['', undefined, []]
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  for (const [i, line] of [...lines, ''].entries()) {
    if (line !== '') {
      const colon = line.indexOf(':')
      const [name, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
      if (name === 'data') data.push(value)
      else if (name === 'event') type = value
      else if (name === 'id' && !value.includes('\0')) id = value
    } else {
      if (data.length > 0) events.push({ type: type || 'message', id, data: data.join('\n') })
      if (events.length === most) return { events, more: i < lines.length - 1 }
      type = ''
      data = []
    }
  }
  return { events, more: false }
}
