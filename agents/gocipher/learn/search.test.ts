import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { earlyOf, expandLabel, masterOf } from '../keys.ts'
import { linesOf } from '../lines.ts'
import { type Known, PRE_SHARED_KEY } from './layout.ts'
import type { Snapshot } from './memory.ts'
import { assign, findLayout, NotFound } from './search.ts'

const [VERSION, SERVER_RANDOM, CLIENT_RANDOM, SESSION, MASTER] = [8, 100, 132, 640, 80]
/** Where a made-up library has its handshake secret, master secret, hashes and the traffic secret, odd as real ones are. */
const PLACES = { handshakeSecret: 1004, masterSecret: 1068, finishedHash: 1324, handshakeHash: 1388, serverTraffic: 1516, earlySecret: 940 }

/** A structure as OpenSSL would have it, and what its key log would say. */
function make(version: Known['version'], neighbour?: Buffer): { known: Known; snapshot: Snapshot } {
  const structure = randomBytes(4096)
  const [clientRandom, serverRandom] = [randomBytes(32), randomBytes(32)]
  structure.writeUInt32LE(version === 'TLSv1.3' ? 0x304 : 0x303, VERSION)
  serverRandom.copy(structure, SERVER_RANDOM)
  clientRandom.copy(structure, CLIENT_RANDOM)
  neighbour?.copy(structure, 3000)
  const session = randomBytes(512)
  const secrets: Record<string, string> = {}
  if (version === 'TLSv1.2') secrets.CLIENT_RANDOM = session.toString('hex', MASTER, MASTER + 48)
  else {
    const [handshake, handshakeHash, finishedHash] = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const master = masterOf('sha256', handshake)
    const follow = { SERVER_TRAFFIC_SECRET_0: 's ap traffic', CLIENT_TRAFFIC_SECRET_0: 'c ap traffic', EXPORTER_SECRET: 'exp master' }
    for (const [label, name] of Object.entries(follow)) secrets[label] = expandLabel('sha256', master, name, finishedHash).toString('hex')
    for (const [label, name] of [
      ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'c hs traffic'],
      ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 's hs traffic'],
    ])
      secrets[label] = expandLabel('sha256', handshake, name, handshakeHash).toString('hex')
    const earlySecret = earlyOf('sha256', PRE_SHARED_KEY)
    secrets.EARLY_SECRET = earlySecret.toString('hex')
    const parts = { handshakeSecret: handshake, masterSecret: master, finishedHash, handshakeHash, earlySecret }
    for (const [name, bytes] of Object.entries(parts)) bytes.copy(structure, PLACES[name as keyof typeof parts])
    Buffer.from(secrets.SERVER_TRAFFIC_SECRET_0, 'hex').copy(structure, PLACES.serverTraffic)
  }
  const known = { version, clientRandom: clientRandom.toString('hex'), serverRandom: serverRandom.toString('hex'), secrets }
  return { known, snapshot: { structure, behind: new Map([[SESSION, session]]) } }
}

const VERSIONS = ['TLSv1.3', 'TLSv1.2', 'TLSv1.3', 'TLSv1.2'] as const

it('finds each field, in the structure and behind a pointer, though copies hold parts of their neighbours', () => {
  const stray = randomBytes(32)
  const made = VERSIONS.map((version) => make(version, stray))
  const copies = made.map(({ snapshot }) => snapshot)
  Buffer.from(made[0].known.clientRandom, 'hex').copy(copies[1].structure, 3500)
  const samples = assign(
    copies,
    made.map(({ known }) => known),
  )
  expect(samples.map(({ known }) => known)).toEqual(made.map(({ known }) => known))
  expect(findLayout('openssl', samples)).toEqual({
    kind: 'openssl',
    version: { offset: VERSION },
    version13: 0x304,
    clientRandom: { offset: CLIENT_RANDOM },
    serverRandom: { offset: SERVER_RANDOM },
    masterSecret: { hop: SESSION, offset: MASTER },
    since13: ['serverTraffic', 'handshakeSecret', 'handshakeHash', 'masterSecret', 'finishedHash', 'earlySecret'].map((name) => ({
      offset: PLACES[name as keyof typeof PLACES],
    })),
  })
})

it('says what is not kept', () => {
  const samples = VERSIONS.map((version) => make(version))
  for (const { snapshot } of samples) snapshot.structure.fill(0, PLACES.handshakeHash, PLACES.handshakeHash + 32)
  expect(() => findLayout('openssl', samples)).toThrow(
    new NotFound('nothing is kept that the CLIENT_HANDSHAKE_TRAFFIC_SECRET follows from'),
  )
  expect(() => findLayout('openssl', samples.slice(2))).toThrow('too few sessions')
  expect(() => assign([{ structure: randomBytes(99), behind: new Map() }], [samples[0].known])).toThrow('the client random is not found')
})

it('gives the lines of the key log from what is read, and none when it was read from the wrong place', () => {
  const { known, snapshot } = make('TLSv1.3')
  const at = (offset: number) => Buffer.from(snapshot.structure.subarray(offset, offset + 64))
  const { serverTraffic, handshakeSecret, handshakeHash, masterSecret, finishedHash, earlySecret } = PLACES
  const secrets = [serverTraffic, handshakeSecret, handshakeHash, masterSecret, finishedHash, earlySecret].map(at)
  const clientRandom = Buffer.from(known.clientRandom, 'hex')
  const expected = Object.entries(known.secrets).map(([label, secret]) => `${label} ${known.clientRandom} ${secret}`)
  expect(linesOf('openssl', { since13: true, clientRandom, secrets })?.toSorted()).toEqual(expected.toSorted())
  earlyOf('sha256').copy(secrets[5])
  expect(linesOf('openssl', { since13: true, clientRandom, secrets })).toHaveLength(expected.length - 1)
  expect(linesOf('openssl', { since13: true, clientRandom, secrets: secrets.toSpliced(1, 1, at(0)) })).toBeUndefined()
})
