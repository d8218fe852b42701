import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Server } from '../test/support/server.ts'

/** Hears the live feed until it is told to end: each call with when it came, ms since 1970. */
export async function listen(server: Server, signal: AbortSignal, hear: (call: ExchangeDocument, at: number) => void): Promise<void> {
  const feed = await fetch(`${server.url}/api/v1/live`, { signal })
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of feed.body!) {
      const now = performance.timeOrigin + performance.now()
      text += decoder.decode(chunk, { stream: true })
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) for (const call of callsIn(message)) hear(call, now)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function callsIn(message: string): ExchangeDocument[] {
  const data = /^event: exchanges\ndata: (.*)$/m.exec(message)?.[1]
  return data === undefined ? [] : (JSON.parse(data) as { items: ExchangeDocument[] }).items
}
