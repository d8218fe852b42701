import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import type { Event } from '#events/define.ts'
import { registry } from '#events/registry.ts'
import type { Handler } from '#functions/declare.ts'
import type { Claim } from '#functions/host/answer.ts'
import { type Apart, EVENT_FUNCTIONS } from '#functions/host/apart.ts'
import { declarations } from '#functions/host/declarations.ts'

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** What a broker does wrong with an event: brings it twice, or forgets it. */
export type Fault = (event: Event) => 'once' | 'twice' | 'forgotten'

/** A broker: accepts each event at once, and then hands it to the functions whose declaration wants its type, until they take it. */
export async function broker(apart: () => Apart, claim: Claim, fault: Fault = () => 'once'): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const claimed = request.headers['ce-dataref']
    const event = decodeCloudEvent(request.headers, typeof claimed === 'string' ? (await claim(claimed))! : body, registry)
    response.writeHead(202).end()
    const wanted = EVENT_FUNCTIONS.filter((name) =>
      declarations.find((each) => each.name === name)?.consumes.some(({ type }) => type === event.type),
    )
    const times = { once: 1, twice: 2, forgotten: 0 }[fault(event)]
    for (let time = 0; time < times; time++) for (const name of wanted) void deliver(apart().handler(name), event)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() }
}

export async function deliver(handler: Handler, event: Event): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      return await handler(event)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20 * (attempt + 1)))
    }
  }
}
