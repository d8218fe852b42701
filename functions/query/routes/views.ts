import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { decodeJson, encodeJson } from '../../lane/json.ts'
import { notFound, Problem } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'

const MOST_VIEWS = 1000
const LARGEST = 256 * 1024

const Name = Type.String({ minLength: 1, maxLength: 120, description: 'What people call it' })
const Content = Type.Unknown({ description: 'As the page that saved it wrote it: JSON of 256 KB at most' })
const Kind = Type.String({ pattern: '^[a-z]{1,20}$', description: 'map, filter …' })
const View = Type.Object({
  id: Type.String(),
  kind: Kind,
  name: Name,
  revision: Type.Integer({ description: 'Counts up with each change' }),
  saved: Type.Number({ description: 'ms since 1970' }),
  content: Content,
})
type View = Static<typeof View>
const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }) })

/** Views that people named and saved: each belongs to a team, and all of the team see it. */
export const viewRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { state } = ports
    const prefix = () => `view/${encodeURIComponent(ports.scope().team)}/`
    const key = (id: string) => prefix() + id
    const find = async (id: string): Promise<View> => {
      const kept = await state.get(key(id))
      if (!kept) throw notFound('saved view', id)
      return decodeJson<View>(kept)
    }
    const keep = async (view: View): Promise<View> => {
      const bytes = encodeJson(view)
      if (bytes.length > LARGEST)
        throw new Problem(413, 'Too large', `A saved view has ${LARGEST} bytes at most, this one ${bytes.length}.`)
      await state.set(key(view.id), bytes)
      return view
    }

    app.get(
      '/views',
      {
        schema: {
          summary: 'Saved views of the team',
          querystring: Type.Object({ kind: Type.Optional(Kind) }),
          response: { 200: Type.Object({ items: Type.Array(View) }) },
        },
      },
      async ({ query }) => {
        const kept = await state.list(prefix())
        const views = [...kept.values()].map(decodeJson<View>)
        const items = views.filter(({ kind }) => query.kind === undefined || kind === query.kind)
        return { items: items.sort((a, b) => (a.name < b.name ? -1 : 1)) }
      },
    )

    app.post(
      '/views',
      {
        bodyLimit: 2 * LARGEST,
        schema: {
          summary: 'Saves a view for the team',
          body: Type.Object({ kind: Kind, name: Name, content: Content }),
          response: { 201: View },
        },
      },
      async ({ body }, reply) => {
        if ((await state.list(prefix())).size >= MOST_VIEWS)
          throw new Problem(409, 'Too many', `There are ${MOST_VIEWS} saved views: delete one first.`)
        return reply.code(201).send(await keep({ ...body, id: randomUUID(), revision: 1, saved: ports.now() }))
      },
    )

    app.put(
      '/views/:id',
      {
        bodyLimit: 2 * LARGEST,
        schema: {
          summary: 'Changes a saved view',
          description: 'Of two who changed the same revision, the second is refused with 409.',
          params: Id,
          body: Type.Object({ name: Name, content: Content, revision: Type.Integer({ description: 'The one that was changed' }) }),
          response: { 200: View },
        },
      },
      async ({ params, body }) => {
        const view = await find(params.id)
        if (view.revision !== body.revision)
          throw new Problem(
            409,
            'Changed meanwhile',
            `Somebody else saved “${view.name}” meanwhile: load it again, or save yours under another name.`,
          )
        return keep({ ...view, name: body.name, content: body.content, revision: view.revision + 1, saved: ports.now() })
      },
    )

    app.delete(
      '/views/:id',
      { schema: { summary: 'Deletes a saved view', params: Id, response: { 204: Type.Null() } } },
      async ({ params }, reply) => {
        await find(params.id)
        await state.delete(key(params.id))
        return reply.code(204).send(null)
      },
    )
  }
