import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Scope } from '#adapters/store/port.ts'
import { findField } from '#engines/query/fields.ts'
import { Problem } from '../../problem.ts'
import { type Chosen, type Pages, pagesOf } from '../export/calls.ts'
import { USUAL_COLUMNS } from '../export/csv.ts'
import { packets } from '../export/packets.ts'
import { csv, har, ndjson } from '../export/texts.ts'
import { parseSorting } from '../page.ts'
import type { QueryPorts, SecretsPort } from '../ports.ts'
import { parseRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

const MOST_IDS = 200
const FORMS = {
  csv: { type: 'text/csv; charset=utf-8; header=present', most: 1_000_000 },
  ndjson: { type: 'application/x-ndjson', most: 1_000_000 },
  har: { type: 'application/json', most: 20_000 },
  pcapng: { type: 'application/x-pcapng', most: 100_000 },
} as const
type Form = keyof typeof FORMS

interface Asked {
  columns?: string
  bodies?: boolean
  secrets?: boolean
}

export const exportRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/export/:form',
      {
        schema: {
          summary: 'Calls as a file: CSV, NDJSON, HTTP Archive 1.2, or the packets of their connections as pcapng',
          description: `Streamed; what is no longer waited for is given up. The header calls-found says how many fit. At most ${Object.entries(
            FORMS,
          )
            .map(([form, { most }]) => `${most} (${form})`)
            .join(', ')} calls.`,
          params: Type.Object({
            form: Type.Union([Type.Literal('csv'), Type.Literal('ndjson'), Type.Literal('har'), Type.Literal('pcapng')]),
          }),
          querystring: Type.Object({
            ...RangeQuery,
            ids: Type.Optional(
              Type.String({ description: `Ids of calls, with commas between, ${MOST_IDS} at most: these, whatever range and filter say` }),
            ),
            sort: Type.Optional(Type.String({ description: 'As of the pages of calls; else the newest first' })),
            most: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Calls at most' })),
            columns: Type.Optional(
              Type.String({
                description:
                  'Of CSV: fields of docs/filters.md, @timestamp too, with commas between. What a spreadsheet would run begins with an apostrophe',
              }),
            ),
            bodies: Type.Optional(Type.Boolean({ default: false, description: 'Of NDJSON: with the bodies that were kept' })),
            secrets: Type.Optional(
              Type.Boolean({ default: false, description: 'Of pcapng: with the secrets that open TLS, as Decryption Secrets Blocks' }),
            ),
          }),
          produces: [...new Set(Object.values(FORMS).map(({ type }) => type))],
        },
      },
      async ({ params: { form }, query }, reply) => {
        const fields = columnsOf(query.columns)
        const secrets = query.secrets ? secretsOf(ports) : undefined
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const found = await pagesOf(ports.store, scope, chosenBy(query, FORMS[form].most))
        return reply
          .type(FORMS[form].type)
          .header('calls-found', String(found.total))
          .header('cache-control', 'no-store')
          .header('x-content-type-options', 'nosniff')
          .header('content-disposition', `attachment; filename="calls.${form}"`)
          .send(Readable.from(written(ports, scope, form, found, query, fields, secrets), { objectMode: false }))
      },
    )
  }

function written(
  ports: QueryPorts,
  scope: Scope,
  form: Form,
  found: Pages,
  { bodies }: Asked,
  fields: readonly string[],
  secrets: SecretsPort | undefined,
): AsyncGenerator<string | Uint8Array> {
  switch (form) {
    case 'csv':
      return csv(found, fields)
    case 'ndjson':
      return ndjson(found, bodies ? ports.blobs : undefined)
    case 'har':
      return har(found, ports.blobs)
    case 'pcapng':
      return packets(ports, scope, found, secrets)
  }
}

function chosenBy(query: { from?: string; to?: string; q?: string; sort?: string; ids?: string; most?: number }, most: number): Chosen {
  if (query.ids === undefined) return { range: parseRange(query), sort: parseSorting(query.sort), most: Math.min(query.most ?? most, most) }
  const ids = [...new Set(query.ids.split(',').filter((id) => id !== ''))]
  if (ids.length > MOST_IDS) throw new Problem(400, 'Bad request', `ids names ${ids.length} calls: give ${MOST_IDS} at most, or a filter.`)
  return { ids }
}

function columnsOf(text: string | undefined): readonly string[] {
  if (!text) return USUAL_COLUMNS
  return text.split(',').map((name) => {
    if (name === '@timestamp') return name
    const field = findField(name.trim())
    if (!field?.of.includes('exchanges'))
      throw new Problem(400, 'Bad request', `columns names ${name}, which is no field of calls: docs/filters.md has those there are.`)
    return field.name
  })
}

function secretsOf({ secrets }: QueryPorts): SecretsPort {
  if (secrets?.mayExport) return secrets
  throw new Problem(
    403,
    'Not allowed',
    'This Spider gives no secrets with a capture: whoever runs it can set SPIDER_SECRETS_EXPORT to true.',
  )
}
