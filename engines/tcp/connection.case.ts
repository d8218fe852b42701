/** A connection as readers meet it, for tests. */
import { micros } from '../time.ts'
import type { Connection, SideFacts } from './facts.ts'
import { silentSide } from './silent.ts'

/** A side whose SYN was seen, and nothing else that a reader asks for. */
export const quietSide = (side: Partial<SideFacts> = {}): SideFacts => ({ ...silentSide(), initialSequence: 1, ...side })

/** Over TCP, from 10.0.0.1 to port 8080 of 10.0.0.2, open since the beginning of time. */
export const connectionWith = (connection: Partial<Connection> = {}): Connection => ({
  id: '0'.repeat(32),
  peerKey: undefined,
  client: { ip: '10.0.0.1', port: 40_000 },
  server: { ip: '10.0.0.2', port: 8080 },
  transport: 'tcp',
  clientKnownBy: 'syn',
  sides: [quietSide(), quietSide()],
  start: micros(0),
  end: micros(0),
  handshake: undefined,
  state: 'open',
  application: undefined,
  ...connection,
})
