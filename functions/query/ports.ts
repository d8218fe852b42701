import type { Blobs } from '#adapters/blobs/port.ts'
import type { DeadLetters } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import type { BodyOf } from '#engines/grpc/named.ts'
import type { KeyLogLine } from '#engines/tls/keylog.ts'
import type { Secrets } from '#engines/tls/secrets.ts'
import type { Event } from '#events/define.ts'
import type { LicenseDocument } from '#events/documents/license.ts'
import type { LocalCapture, LocalCaptureRequest } from '#events/documents/local-capture.ts'
import type { Upload } from '#events/documents/upload.ts'
import type { LiveFeed } from './live.ts'
import type { Targets } from './replay/targets.ts'

/** Analyses captures that come over the API: an agent with the upload as its source. */
export interface Uploads {
  start(name: string, bytes: AsyncIterable<Uint8Array>): Promise<Upload>
  get(id: string): Upload | undefined
}

/** Captures on the server's own machine, each by an agent of its own. */
export interface LocalCaptures {
  interfaces(): { name: string; addresses: string[] }[]
  /** The newest first. */
  list(): LocalCapture[]
  /** Resolves when packets are captured. Throws `Problem`. */
  start(request: LocalCaptureRequest): Promise<LocalCapture>
  /** It ends soon after. */
  stop(id: string): LocalCapture | undefined
}

/** Where secrets of TLS sessions are kept. */
export interface SecretsPort {
  take(lines: readonly KeyLogLine[]): Promise<{ rereads: number }>
  find(clientRandom: string): Promise<Secrets | undefined>
  /** Whether who asks may have them, with a capture. */
  mayExport: boolean
}

export interface QueryPorts {
  store: Store
  blobs: Blobs
  /** Where saved views lie. */
  state: State
  deadLetters: DeadLetters
  /** Gives a dead letter to its function again. */
  resend: (functionName: string, event: Event) => Promise<void>
  live: LiveFeed
  /** Absent where captures cannot be uploaded. */
  uploads?: Uploads
  /** Absent where the server captures nothing itself. */
  localCaptures?: LocalCaptures
  /** Absent where no secrets are taken. */
  secrets?: SecretsPort
  /** Where requests may be sent again to; absent: nowhere. */
  replayTargets?: Targets
  /** The license and what it is counted by; absent where nothing is metered. */
  license?: () => Promise<LicenseDocument>
  /** Messages of a body of gRPC as text; undefined: it is no such body. Throws `SchemaRefused`. Absent where they are not read. */
  messages?: (content: Uint8Array, of: BodyOf) => Promise<string | undefined>
  /** On whose behalf a request is made. */
  scope: () => Scope
  /** What `/healthz` tells beside that the process answers. */
  health: () => Promise<Record<string, unknown>>
  now: () => number
}
