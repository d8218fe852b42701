import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { conversation } from '#engines/tcp/talk.case.ts'
import { openShared, type Shared, Spider, sectionOf } from '../sessions/capture.case.ts'
import { exportPackets, listPackets } from './session-packets.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const TALK = conversation([
  { side: 0, data: 'GET / HTTP/1.1\r\n\r\n' },
  { side: 1, data: ANSWER },
])

let shared: Shared
let spider: Spider
beforeAll(async () => {
  shared = await openShared()
  spider = await Spider.open(shared, 'red')
  for (const [i, from] of [0, 4].entries()) await spider.send(i + 1, sectionOf(TALK.slice(from, from + 4 + i * 99)))
  await spider.drained()
})
afterAll(async () => {
  await spider.end()
  await shared.store.close()
  await shared.blobs.close()
})

describe('the packets of a session', () => {
  it('are listed as captured, over all blocks', async () => {
    const [session] = await spider.all('sessions')
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
    const [session] = await spider.all('sessions')
    const { items, total } = await listPackets(shared, spider.scope, session, 3)
    expect([items.length, total]).toEqual([3, TALK.length])
  })

  it('are exported as a capture that says the same', async () => {
    const [session] = await spider.all('sessions')
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
})
