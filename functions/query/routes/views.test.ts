import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { createApi } from '../api.ts'
import type { QueryPorts } from '../ports.ts'

describe('saved views', () => {
  let state: State
  let app: FastifyInstance
  let team = 'red'
  beforeEach(async () => {
    state = await openState()
    team = 'red'
    app = await createApi({ state, scope: () => ({ team, principal: 'test' }), now: () => 7 } as unknown as QueryPorts)
  })
  afterEach(() => state.close())

  const save = (name: string, content: unknown = {}, kind = 'map') =>
    app.inject({ method: 'POST', url: '/api/v1/views', payload: { kind, name, content } })
  const listed = async (kind = '') => (await app.inject(`/api/v1/views${kind && `?kind=${kind}`}`)).json().items

  it('are kept, listed by name and kind, changed and deleted', async () => {
    const made = (await save('Shop', { a: [1] })).json()
    expect(made).toMatchObject({ kind: 'map', name: 'Shop', revision: 1, saved: 7, content: { a: [1] } })
    await save('All errors', 'status:5xx', 'filter')
    expect((await listed()).map(({ name }: { name: string }) => name)).toEqual(['All errors', 'Shop'])
    const changed = await app.inject({
      method: 'PUT',
      url: `/api/v1/views/${made.id}`,
      payload: { name: 'Shop 2', content: 2, revision: 1 },
    })
    expect(changed.json()).toMatchObject({ name: 'Shop 2', content: 2, revision: 2 })
    expect(await listed('map')).toEqual([changed.json()])
    expect((await app.inject({ method: 'DELETE', url: `/api/v1/views/${made.id}` })).statusCode).toBe(204)
    expect(await listed('map')).toEqual([])
  })

  it('are those of the team, and of no other', async () => {
    const { id } = (await save('Ours')).json()
    team = 'blue'
    expect(await listed()).toEqual([])
    expect(
      (await app.inject({ method: 'PUT', url: `/api/v1/views/${id}`, payload: { name: 'x', content: 1, revision: 1 } })).statusCode,
    ).toBe(404)
    expect((await app.inject({ method: 'DELETE', url: `/api/v1/views/${id}` })).statusCode).toBe(404)
  })

  it('refuse what somebody changed meanwhile, and what is too large or malformed', async () => {
    const { id } = (await save('One')).json()
    const change = () => app.inject({ method: 'PUT', url: `/api/v1/views/${id}`, payload: { name: 'One', content: 1, revision: 1 } })
    await change()
    const late = await change()
    expect([late.statusCode, late.json().detail]).toEqual([
      409,
      'Somebody else saved “One” meanwhile: load it again, or save yours under another name.',
    ])
    expect((await save('Large', 'x'.repeat(300_000))).statusCode).toBe(413)
    expect((await save('')).statusCode).toBe(400)
    expect((await save('Kind', 1, 'Not A Kind')).statusCode).toBe(400)
  })
})
