import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const Endpoint = Type.Object({ ip: Type.String(), port: Type.Integer() })

const TlsSecrets = Type.Object({
  agent: Type.String(),
  secrets: Type.Array(
    Type.Object({
      keylog: Type.String({
        maxLength: 1024,
        description:
          'One line in the NSS key log format (draft-ietf-tls-keylogfile), also with the label EARLY_SECRET: what the secret of early data follows from',
      }),
      at: Type.Optional(Type.Number({ description: 'When it was taken, µs since 1970' })),
      process: Type.Optional(
        Type.Object(
          { pid: Type.Integer(), name: Type.String(), executable: Type.Optional(Type.String()) },
          { description: 'Who spoke TLS' },
        ),
      ),
      container: Type.Optional(Type.Object({ id: Type.String() })),
      library: Type.Optional(Type.String({ description: 'Name and build id of the TLS library' })),
      client: Type.Optional(Endpoint),
      server: Type.Optional(Endpoint),
    }),
    { maxItems: 1000 },
  ),
})
export type TlsSecrets = Static<typeof TlsSecrets>

/** Secrets of TLS sessions, taken by an agent or from a key log. Nothing of the payload. */
export const tlsSecrets = defineEvent({
  type: 'tls.secrets.v1',
  summary: 'An agent learned secrets of TLS sessions',
  schema: TlsSecrets,
  codec: json<TlsSecrets>(),
  example: {
    agent: 'web-1.k3f9',
    secrets: [
      {
        keylog: `CLIENT_RANDOM ${'5a'.repeat(32)} ${'c3'.repeat(48)}`,
        at: 1767607200000000,
        process: { pid: 4711, name: 'nginx', executable: '/usr/sbin/nginx' },
        library: 'libssl.so.3',
      },
    ],
  },
})
