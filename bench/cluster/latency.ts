import { readFileSync } from 'node:fs'
import { httpBus } from '#adapters/bus/http/bus.ts'
import { retrying } from '#adapters/bus/http/retrying.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'
import { pause, state, waitFor } from '../../test/cluster/support/cluster.ts'
import { openDoor } from '../../test/cluster/support/door.ts'
import { countExchanges } from '../../test/cluster/support/exchanges.ts'
import type { Servers } from '../../test/cluster/support/servers.ts'
import { instances } from '../../test/cluster/support/zero.ts'
import { makeBig } from '../../test/support/make-big.ts'
import { sectionsOf } from '../../test/support/sections.ts'
import { quantile } from '../measure.ts'
import type { Row } from '../report.ts'

const LONGEST_MS = 120_000
const MOST_PACKETS = 1_000
/** No capture is sent twice, in no measurement: calls that were seen before are no new ones. */
let seed = 500

interface Taken {
  /** Until ingest has acknowledged the packets. */
  acknowledged: number
  /** Until their first call is found in Elasticsearch. */
  stored: number
}

/** Seconds from the first byte of packets that an agent posts. */
async function firstCall({ here }: Servers, capture: string): Promise<Taken> {
  const name = `latency-${Date.now()}`
  const before = await countExchanges(here.ELASTICSEARCH_URL)
  const door = await openDoor('ingest')
  const bus = retrying(httpBus({ url: door.url, timeoutMs: LONGEST_MS }))
  const sections = [...sectionsOf(readFileSync(capture), MOST_PACKETS).map(({ bytes }) => bytes), endOfCapture]
  const begun = performance.now()
  const since = (): number => (performance.now() - begun) / 1000
  const send = async (): Promise<number> => {
    let acknowledged = 0
    for (const [index, section] of sections.entries()) {
      const attributes = { id: `${name}/0/${index + 1}`, time: new Date().toISOString(), partitionkey: `${name}/0`, sequence: index + 1 }
      await bus.publish(packetsCaptured.make(`/agents/${name}`, section, attributes))
      acknowledged ||= since()
    }
    return acknowledged
  }
  const sending = send()
  const asking = async (): Promise<void> => {
    while ((await countExchanges(here.ELASTICSEARCH_URL)) === before) {
      if (since() * 1000 > LONGEST_MS) throw new Error(`no call after ${LONGEST_MS} ms; pods that are Pending find no room\n${state()}`)
      await pause(25)
    }
  }
  // What cannot be sent ends it at once; what was sent does not.
  await Promise.race([asking(), sending.then(() => new Promise<never>(() => undefined))])
  const stored = since()
  const acknowledged = await sending
  await door.close()
  return { acknowledged, stored }
}

/** From zero, where all is at zero before each; warm, one after the other. */
export async function latencies(servers: Servers, folder: string, runs: { cold: number; warm: number }, how: string): Promise<Row[]> {
  const nextCapture = (): string => {
    seed++
    const file = `${folder}/latency-${seed}.pcap`
    makeBig(file, '--seed', String(seed), '--bytes', '1M', '--exchanges', '2')
    return file
  }
  const cold: Taken[] = []
  const warm: Taken[] = []
  for (let run = 0; run < runs.cold; run++) {
    await waitFor('every function to be at zero', 300_000, async () => Object.keys(await instances()).length === 0 || undefined)
    cold.push(await firstCall(servers, nextCapture()))
  }
  for (let run = 0; run < runs.warm; run++) warm.push(await firstCall(servers, nextCapture()))
  return [rowOf(how, 'everything at zero', cold), rowOf(how, 'warm', warm)]
}

function rowOf(how: string, when: string, taken: readonly Taken[]): Row {
  const of = (what: keyof Taken, share: number): number =>
    quantile(
      taken.map((it) => it[what]),
      share,
    )
  return {
    how,
    when,
    'acknowledged p50 s': of('acknowledged', 0.5),
    'in Elasticsearch p50 s': of('stored', 0.5),
    'in Elasticsearch p95 s': of('stored', 0.95),
    runs: taken.length,
  }
}
