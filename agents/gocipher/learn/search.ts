import { earlyOf, expandLabel, masterOf } from '../keys.ts'
import { type Kind, type Known, type Layout, type Place, PRE_SHARED_KEY } from './layout.ts'
import type { Snapshot } from './memory.ts'

/** A structure, and the session it belongs to. */
export interface Sample {
  known: Known
  snapshot: Snapshot
}

/** The secrets could not be found where they were looked for: one sentence. */
export class NotFound extends Error {
  override name = 'NotFound'
}

/** What the libraries' own headers call TLS 1.2 and 1.3: ssl/tls1.h, gnutls.h. */
const VERSIONS = { openssl: { 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 }, gnutls: { 'TLSv1.2': 4, 'TLSv1.3': 5 } } as const
/** The parts of the key schedule lie this near to each other (bytes). */
const NEAR = 1024
/** … and as their arrays' sizes put them, so many bytes from each other or a multiple of it. */
const STEP = 8

/**
 * Tells which session each structure belongs to. What is copied with a structure may hold the client randoms of its neighbours too:
 * the place where it lies is the one that all structures have, each with a session, and no session is left out.
 */
export function assign(snapshots: readonly Snapshot[], sessions: readonly Known[]): Sample[] {
  const found = snapshots.map((snapshot) => {
    const places = new Map<string, Known>()
    for (const known of sessions)
      for (const key of placesOf(snapshot, Buffer.from(known.clientRandom, 'hex'), 1).keys()) places.set(key, known)
    return places
  })
  for (const key of found[0]?.keys() ?? []) {
    const owners = found.map((places) => places.get(key))
    if (owners.includes(undefined) || sessions.some((known) => !owners.includes(known))) continue
    return snapshots.map((snapshot, index) => ({ snapshot, known: owners[index] as Known }))
  }
  throw new NotFound("the client random is not found in the library's structure, nor behind a pointer in it")
}

/** Finds a library's layout from structures whose sessions are known. Throws `NotFound`. */
export function findLayout(kind: Kind, samples: readonly Sample[]): Layout {
  const since = samples.filter(({ known }) => known.version === 'TLSv1.3')
  const before = samples.filter(({ known }) => known.version === 'TLSv1.2')
  if (since.length < 2 || before.length < 2) throw new NotFound('too few sessions were seen to learn from')
  const versions = VERSIONS[kind]
  const version = (sample: Sample): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(versions[sample.known.version])
    return bytes
  }
  const secret = (label: string) => (sample: Sample) => Buffer.from(sample.known.secrets[label] ?? '', 'hex')
  return {
    kind,
    version: common('the version', samples, version, 4),
    version13: versions['TLSv1.3'],
    clientRandom: common('the client random', samples, ({ known }) => Buffer.from(known.clientRandom, 'hex')),
    serverRandom: common('the server random', samples, ({ known }) => Buffer.from(known.serverRandom, 'hex')),
    masterSecret: common('the master secret of TLS 1.2', before, secret('CLIENT_RANDOM')),
    since13:
      kind === 'openssl'
        ? schedule(since)
        : [
            common('the server application traffic secret', since, secret('SERVER_TRAFFIC_SECRET_0')),
            common('the client application traffic secret', since, secret('CLIENT_TRAFFIC_SECRET_0')),
            common('the server handshake traffic secret', since, secret('SERVER_HANDSHAKE_TRAFFIC_SECRET')),
            common('the client handshake traffic secret', since, secret('CLIENT_HANDSHAKE_TRAFFIC_SECRET')),
            common('the exporter secret', since, secret('EXPORTER_SECRET')),
          ],
  }
}

/** OpenSSL keeps handshake secret, master secret and the transcript hashes that its traffic secrets follow from (RFC 8446, 7.1). */
function schedule(samples: readonly Sample[]): Place[] {
  const serverTraffic = common('the server application traffic secret', samples, (sample) => hex(sample, 'SERVER_TRAFFIC_SECRET_0'))
  const handshake = pair(samples, serverTraffic, 'c hs traffic', 'CLIENT_HANDSHAKE_TRAFFIC_SECRET')
  const master = common('the master secret', samples, (sample) => masterOf('sha256', at(sample, handshake.secret)))
  const application = pair(samples, serverTraffic, 'c ap traffic', 'CLIENT_TRAFFIC_SECRET_0')
  const early = common('the early secret', samples, () => earlyOf('sha256', PRE_SHARED_KEY))
  return [serverTraffic, handshake.secret, handshake.context, master, application.context, early]
}

const hex = ({ known }: Sample, label: string): Buffer => Buffer.from(known.secrets[label] ?? '', 'hex')

const at = ({ snapshot }: Sample, { hop, offset }: Place, size = 32): Buffer =>
  (hop === undefined ? snapshot.structure : (snapshot.behind.get(hop) ?? Buffer.alloc(0))).subarray(offset, offset + size)

/** Two fields near another, from which a known secret follows. */
function pair(samples: readonly Sample[], near: Place, label: string, known: string): { secret: Place; context: Place } {
  const offsets: number[] = []
  for (let offset = Math.max(near.offset % STEP, near.offset - NEAR); offset < near.offset + NEAR; offset += STEP) offsets.push(offset)
  const places = offsets.map((offset) => ({ ...near, offset })).filter((place) => isSecret(at(samples[0], place)))
  const follows = (sample: Sample, secret: Place, context: Place): boolean =>
    expandLabel('sha256', at(sample, secret), label, at(sample, context)).equals(hex(sample, known))
  for (const secret of places) {
    for (const context of places) {
      if (follows(samples[0], secret, context) && samples.every((sample) => follows(sample, secret, context))) return { secret, context }
    }
  }
  throw new NotFound(`nothing is kept that the ${known} follows from`)
}

/** Whether it could be one: random bytes are not half zeros. */
const isSecret = (bytes: Buffer): boolean => bytes.length === 32 && bytes.filter((byte) => byte === 0).length < 8

/** The place where each sample has what it should have: in the structure rather than behind a pointer, and the first. */
function common(what: string, samples: readonly Sample[], wanted: (sample: Sample) => Buffer, step = 1): Place {
  const found = samples.map((sample) => placesOf(sample.snapshot, wanted(sample), step))
  const place = [...found[0]].find(([key]) => found.every((places) => places.has(key)))
  if (!place) throw new NotFound(`${what} is not found in the library's structure, nor behind a pointer in it`)
  return place[1]
}

function placesOf({ structure, behind }: Snapshot, wanted: Buffer, step: number): Map<string, Place> {
  const places = new Map<string, Place>()
  if (wanted.length === 0) return places
  const search = (bytes: Buffer, hop?: number): void => {
    for (let offset = bytes.indexOf(wanted); offset >= 0; offset = bytes.indexOf(wanted, offset + 1))
      if (offset % step === 0) places.set(`${hop}+${offset}`, hop === undefined ? { offset } : { hop, offset })
  }
  search(structure)
  for (const [hop, bytes] of behind) search(bytes, hop)
  return places
}
