import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { conversation, handshake, type Packet, T0 } from '#engines/tcp/talk.case.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { openShared, type Shared, Spider, sectionOf } from '../sessions/capture.case.ts'
import { createApi } from './api.ts'
import { LiveFeed } from './live.ts'
import { exportPackets, listPackets } from './session-packets.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const TALK = conversation([
  { side: 0, data: 'GET / HTTP/1.1\r\n\r\n' },
  { side: 1, data: ANSWER },
])

/** The same between other ports, at the same time. */
const NEIGHBOUR = TALK.map(({ bytes, ...rest }, i): Packet => {
  const copy = bytes.slice()
  copy[i === 1 || i === 4 || i === 6 ? 37 : 35]++
  return { ...rest, bytes: copy }
})
/** The next connection between the same ports. */
const NEXT = handshake(1_000_000, 70_000)

let shared: Shared
let spider: Spider
beforeAll(async () => {
  shared = await openShared()
  spider = await Spider.open(shared, 'red')
  await spider.send(1, sectionOf([...TALK.slice(0, 4), ...NEIGHBOUR.slice(0, 4)]))
  await spider.send(2, sectionOf([...TALK.slice(4), ...NEIGHBOUR.slice(4), ...NEXT]))
  await spider.drained()
})
afterAll(async () => {
  await spider.end()
  await shared.close()
})

const sessionOf = async (): Promise<SessionDocument> => {
  const sessions = await spider.all('sessions')
  expect(sessions.length).toBe(3)
  return sessions.find(({ client, event }) => client.port === 40_000 && Date.parse(event.start) === T0 / 1000) as SessionDocument
}

describe('the packets of a session', () => {
  it('are listed as captured, over all blocks', async () => {
    const session = await sessionOf()
    const { items, total } = await listPackets(shared, spider.scope, session, 1000)
    expect(total).toBe(TALK.length)
    expect(items.map(({ time }) => time)).toEqual(TALK.map(({ at }) => at))
    expect(
      items.map(({ side, flags, sequence, acknowledgement, length }) => `${side} ${flags} ${sequence} ${acknowledgement} ${length}`),
    ).toEqual([
      'client SYN 0 0 0',
      'server SYN,ACK 0 1 0',
      'client ACK 1 1 0',
      'client ACK 1 1 18',
      `server ACK 1 19 ${ANSWER.length}`,
      `client FIN,ACK 19 ${ANSWER.length + 1} 0`,
      `server FIN,ACK ${ANSWER.length + 1} 20 0`,
      `client ACK 20 ${ANSWER.length + 2} 0`,
    ])
    expect(new Set(items.map(({ block }) => block)).size).toBe(2)
  })

  it('are at most so many, and all are counted', async () => {
    const session = await sessionOf()
    const { items, total } = await listPackets(shared, spider.scope, session, 3)
    expect([items.length, total]).toEqual([3, TALK.length])
  })

  it('are exported as a capture that says the same', async () => {
    const session = await sessionOf()
    const read: [number, string][] = []
    const reader: CaptureReader = new CaptureReader({
      packet: (bytes, start, end, _length, at, _type, id) =>
        read.push([at, `${reader.interfaces[id].name} ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`]),
    })
    reader.receive(await exportPackets(shared, spider.scope, session))
    reader.end()
    expect(reader.problem).toBeUndefined()
    expect(read).toEqual(TALK.map(({ at, bytes }) => [at, `eth0 ${Buffer.from(bytes).toString('hex')}`]))
  })

  it('come over the API as a list, and as a file', async () => {
    const { event } = await sessionOf()
    const app = await createApi({
      store: shared.store,
      state: spider.adapters.state,
      blobs: shared.blobs,
      deadLetters: spider.adapters.deadLetters,
      resend: (await spider.process()).router.resend,
      live: new LiveFeed(),
      scope: () => spider.scope,
      health: async () => ({}),
      now: Date.now,
    })
    const list = await app.inject(`/api/v1/sessions/${event.id}/packets`)
    expect(list.json()).toMatchObject({ total: TALK.length, items: TALK.map(({ at }, i) => ({ number: i + 1, time: at })) })
    const file = await app.inject(`/api/v1/sessions/${event.id}/packets.pcapng`)
    expect(file.headers['content-type']).toBe('application/x-pcapng')
    expect(file.headers['content-disposition']).toContain('.pcapng')
    expect(file.rawPayload).toEqual(Buffer.from(await exportPackets(shared, spider.scope, await sessionOf())))
    const { items } = (await app.inject('/api/v1/sessions?q=server.port=80')).json()
    expect(items.length).toBe(3)
    const [call] = (await app.inject('/api/v1/exchanges?size=1')).json().items
    expect(call.http.response.body.content).toBeUndefined()
    expect((await app.inject(`/api/v1/exchanges/${call.event.id}`)).json().http.response.body).toMatchObject({
      content: 'ok',
      encoding: 'utf-8',
    })
    await app.close()
  })
})
