import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type KeyLogLine, KeyLogReader } from '#engines/tls/keylog.ts'
import { Problem } from '../../problem.ts'
import type { QueryPorts, SecretsPort } from '../ports.ts'

/** Lines taken at a time, so that a key log of any length needs little memory. */
const BATCH = 5_000
/** Malformed lines that are told one by one. */
const MOST_TOLD = 100

const Answer = Type.Object({
  sessions: Type.Integer({ description: 'Sessions of TLS that it has secrets of' }),
  lines: Type.Integer({ description: 'Lines that were used' }),
  rereads: Type.Integer({ description: 'Captured connections that are read again with them, within moments' }),
  malformed: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() }), {
    description: 'Lines that cannot be used, the first hundred',
  }),
  malformed_lines: Type.Integer({ description: 'How many cannot be used' }),
})

interface Read {
  sessions: Set<string>
  lines: number
  rereads: number
  malformed: { line: number; reason: string }[]
  malformed_lines: number
}

export const keyLogRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload))

    app.post(
      '/keylogs',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          summary:
            'Takes the secrets of a TLS key log (NSS format, as SSLKEYLOGFILE has it), as the body: connections captured before and later are opened with them',
          response: { 200: Answer },
        },
      },
      async ({ body }) => {
        if (!ports.secrets)
          throw new Problem(
            501,
            'Not here',
            'This Spider takes no secrets of TLS sessions: set SPIDER_SECRETS_KEY, the same for all of its functions.',
          )
        const { sessions, ...read } = await take(ports.secrets, body as AsyncIterable<Uint8Array>)
        if (read.lines === 0)
          throw new Problem(
            422,
            'No key log',
            'No line of it can be used: a key log has lines of a label, a client random and a secret, such as SSLKEYLOGFILE makes curl, Firefox and Chrome write.',
            { malformed: read.malformed, malformed_lines: read.malformed_lines },
          )
        return { sessions: sessions.size, ...read }
      },
    )
  }

async function take(secrets: SecretsPort, body: AsyncIterable<Uint8Array>): Promise<Read> {
  const read: Read = { sessions: new Set(), lines: 0, rereads: 0, malformed: [], malformed_lines: 0 }
  let batch: KeyLogLine[] = []
  const reader = new KeyLogReader({
    line: (line) => void batch.push(line),
    malformed(line, reason) {
      read.malformed_lines++
      if (read.malformed.length < MOST_TOLD) read.malformed.push({ line, reason })
    },
  })
  const keep = async (): Promise<void> => {
    const lines = batch
    batch = []
    for (const { clientRandom } of lines) read.sessions.add(clientRandom)
    read.lines += lines.length
    read.rereads += (await secrets.take(lines)).rereads
  }
  for await (const chunk of body) {
    reader.receive(chunk)
    if (batch.length >= BATCH) await keep()
  }
  reader.end()
  if (batch.length > 0) await keep()
  return read
}
