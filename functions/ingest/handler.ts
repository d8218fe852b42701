import type { Blobs } from '#adapters/blobs/port.ts'
import { type Bus, Permanent, Transient } from '#adapters/bus/port.ts'
import { Full, type State } from '#adapters/state/port.ts'
import { type KeyLogLine, readLine } from '#engines/tls/keylog.ts'
import type { Event } from '#events/define.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { tlsSecrets } from '#events/tls-secrets.ts'
import type { Handler } from '../declare.ts'
import { compress } from '../lane/compression.ts'
import { encodeEntry } from '../lane/entry.ts'
import type { SectionCache } from '../lane/sections.ts'
import type { SecretsDesk } from '../secrets/desk.ts'

export interface IngestPorts {
  state: State
  blobs: Blobs
  bus: Bus
  sections: SectionCache
  /** Where secrets are kept; undefined: they are not taken. */
  secrets: SecretsDesk | undefined
  team: string
  now: () => number
}

/** The lane of an event: `<agent>/<lane>`, which must be its `partitionkey`, with a `sequence` from 1. */
function laneOf(event: Event): { agent: string; lane: string; sequence: number } {
  const lane = event.partitionkey ?? ''
  const agent = lane.slice(0, lane.lastIndexOf('/'))
  if (!agent) throw new Permanent(`partitionkey must be "<agent>/<lane>", it is "${lane}"`)
  if (!event.sequence || !Number.isInteger(event.sequence) || event.sequence < 1)
    throw new Permanent('sequence must be a whole number from 1')
  return { agent, lane, sequence: event.sequence }
}

/** Makes durable what agents bring, and says what has work for it. */
export const ingest =
  (ports: IngestPorts): Handler =>
  (event) =>
    event.type === tlsSecrets.type ? keepSecrets(ports, event) : keepPackets(ports, event)

/** Seals secrets, and keeps them: they go no further. What is no line of a key log is left out. */
async function keepSecrets({ secrets: desk }: IngestPorts, event: Event): Promise<void> {
  if (!desk)
    throw new Permanent('secrets of TLS sessions are not taken here: set SPIDER_SECRETS_KEY, for the functions have no directory in common')
  const { secrets } = tlsSecrets.check(event.data)
  await desk.take(secrets.map(({ keylog }) => readLine(keylog)).filter((line): line is KeyLogLine => typeof line === 'object'))
}

/** Keeps the section in the blob store and its place in the lane's log, then says that the lane has work. */
async function keepPackets(ports: IngestPorts, event: Event): Promise<void> {
  const section = packetsCaptured.check(event.data)
  const { agent, lane, sequence } = laneOf(event)
  const ref = await ports.blobs.put('packets', ports.now(), await compress(section))
  ports.sections.put(ref, section)
  try {
    await ports.state.append(lane, sequence, encodeEntry({ ref, agent, team: ports.team, bytes: section.length }), section.length)
  } catch (error) {
    if (error instanceof Full) throw new Transient(error.message, 500)
    throw error
  }
  await ports.bus.publish(
    laneAdvanced.make(
      '/functions/ingest',
      { lane, sequence },
      { id: `${lane}/${sequence}`, time: new Date(ports.now()).toISOString(), partitionkey: lane },
    ),
  )
}
