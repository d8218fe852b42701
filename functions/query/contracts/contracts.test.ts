import SwaggerParser from '@apidevtools/swagger-parser'
import { describe, expect, it } from 'vitest'
import { call, NOON } from '#adapters/store/samples.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { faultsOfPact } from './comparator.case.ts'
import { Contract } from './openapi.ts'
import { Pacts } from './pact.ts'
import { emptyShape, look, schemaOf } from './shape.ts'

describe('the schema of values', () => {
  it.each([
    [[1, 2], { type: 'integer' }],
    [[1, 2.5], { type: 'number' }],
    [[1, 'a', null], { type: ['null', 'integer', 'string'] }],
    [[['a'], []], { type: 'array', items: { type: 'string' } }],
    [[[]], { type: 'array' }],
    [['2026-01-05', '2026-01-06'], { type: 'string', format: 'date' }],
    [['2026-01-05', 'soon'], { type: 'string' }],
    [
      [{ id: 1, name: 'a' }, { id: 2 }],
      { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } }, required: ['id'] },
    ],
    [[Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, i]))], { type: 'object', additionalProperties: true }],
    [
      [JSON.parse('{"__proto__": 1}')],
      { type: 'object', properties: JSON.parse('{"__proto__": {"type": "integer"}}'), required: ['__proto__'] },
    ],
  ])('%j', (values, schema) => {
    const shape = emptyShape()
    for (const value of values) look(shape, value)
    expect(schemaOf(shape)).toEqual(schema)
  })

  it('ends at a depth', () => {
    let deep: unknown = 1
    for (let i = 0; i < 10_000; i++) deep = [deep]
    const shape = emptyShape()
    look(shape, deep)
    expect(JSON.stringify(schemaOf(shape)).length).toBeLessThan(1000)
  })
})

const got = (id: string, path: string, change: { status?: number; query?: string; method?: string } = {}): ExchangeDocument => {
  const plain = call(id, NOON, { path, status: change.status })
  return {
    ...plain,
    url: { ...plain.url!, query: change.query },
    http: { ...plain.http!, request: { ...plain.http!.request!, method: change.method ?? 'GET' } },
  }
}

describe('a contract', () => {
  it('tells paths, parameters, answers and schemas, and is valid', async () => {
    const contract = new Contract(['/users/{name}'])
    const seven = got('a', '/items/7', { query: 'page=2&all=true' })
    expect(contract.add(seven)).toEqual(['response'])
    contract.body(seven, 'response', '{"id":7}')
    contract.body(seven, 'response', 'no JSON')
    contract.add(got('b', '/items/9f86d081884c7d65', { query: 'page=3', status: 404 }))
    contract.add(got('c', '/items/7/parts/8'))
    contract.add(got('d', '/users/ann', { method: 'DELETE' }))
    contract.add(got('e', '*', { method: 'OPTIONS' }))
    contract.add(got('f', '/x', { method: 'PROPFIND' }))
    const document = contract.document() as { paths: Record<string, Record<string, unknown>>; servers: unknown }
    expect(Object.keys(document.paths)).toEqual(['/items/{id}', '/items/{id}/parts/{id2}', '/users/{name}'])
    expect(document.servers).toEqual([{ url: 'http://shop.example' }])
    expect(document.paths['/items/{id}'].get).toMatchObject({
      parameters: [
        { name: 'page', in: 'query', required: true, schema: { type: 'integer' } },
        { name: 'all', in: 'query', required: false, schema: { type: 'boolean' } },
      ],
      responses: {
        200: { content: { 'application/json': { schema: { type: 'object', required: ['id'] } } } },
        404: { description: 'Status 404' },
      },
    })
    await SwaggerParser.validate(structuredClone(document) as never)
  })

  it('of hostile calls is valid as well', async () => {
    const contract = new Contract([])
    for (const path of ['/{a', '/}', '/{x}/{x}', '/a b', '/%', '/__proto__/constructor', '/#'])
      contract.add({ ...got(path, path, { query: 'a[b]=1&__proto__=2&=3&%=%' }), url: { ...got(path, path).url!, full: 'http://[' } })
    await SwaggerParser.validate(contract.document() as never)
  })

  it('of nothing is valid too', async () => {
    await SwaggerParser.validate(new Contract([]).document() as never)
  })
})

describe('pacts', () => {
  const pair = { consumer: 'web', provider: 'shop' }
  const bodies: Record<string, string> = { 'b response': '{"id":8,"name":"cup"}', 'c request': '{"amount":1}', 'c response': 'no JSON' }
  const bodyOf = async (call: ExchangeDocument, side: string) => bodies[`${call.event.id} ${side}`]
  const calls = [
    got('b', '/items/8', { query: 'part=1&part=2' }),
    got('a', '/items/7', { query: 'part=3' }),
    got('c', '/items', { method: 'POST', status: 201 }),
    got('d', '/items/9', { status: 404 }),
  ]
  const posted = calls[2].http!.request!
  posted.mime_type = 'application/json'
  posted.body = { bytes: 12 }
  posted.headers = [
    ['content-type', 'application/json'],
    ['authorization', 'Bearer secret'],
  ]

  it('have one interaction for calls that are alike, with query, body, and no secrets', async () => {
    const pacts = new Pacts([])
    for (const call of calls) pacts.add(pair, call)
    pacts.add({ consumer: 'job', provider: 'shop' }, calls[0])
    pacts.add(pair, { ...calls[0], http: { version: '1.1', request: posted } })
    expect(pacts.pairs()).toEqual([
      { consumer: 'job', provider: 'shop', interactions: 1 },
      { ...pair, interactions: 3 },
    ])
    const document = (await pacts.document(pair, bodyOf))!
    expect(document.interactions.map(({ description }) => description)).toEqual([
      'GET /items/{id} is answered 404',
      'GET /items/{id} with part is answered 200',
      'POST /items is answered 201',
    ])
    expect(document.interactions[1]).toMatchObject({
      request: { method: 'GET', path: '/items/8', query: { part: ['1', '2'] } },
      response: { status: 200, body: { id: 8, name: 'cup' }, matchingRules: { body: { $: { matchers: [{ match: 'type' }] } } } },
    })
    expect(document.interactions[2].request).toMatchObject({ body: { amount: 1 }, headers: { 'Content-Type': 'application/json' } })
    expect(JSON.stringify(document)).not.toContain('secret')
    expect(await pacts.document({ consumer: 'nobody', provider: 'shop' }, bodyOf)).toBeUndefined()
  })

  it('keep to the OpenAPI document of the same calls, as a program for both sees it', async () => {
    const [pacts, contract] = [new Pacts([]), new Contract([])]
    for (const call of [calls[1], calls[3]]) {
      pacts.add(pair, call)
      for (const side of contract.add(call)) contract.body(call, side, (await bodyOf(call, side)) ?? '{}')
    }
    const [pact, oas] = [(await pacts.document(pair, bodyOf))!, contract.document()]
    expect(await faultsOfPact(pact, oas)).toEqual([])
    pact.interactions[0].request.path = '/nowhere'
    expect(await faultsOfPact(pact, oas)).toEqual([expect.stringContaining('request.path-or-method.unknown')])
  })

  it('hold so many, and say how many they left out', () => {
    const pacts = new Pacts([])
    for (let i = 0; i < 300; i++) pacts.add(pair, got(`${i}`, `/${'a'.repeat(i + 1)}`))
    expect([pacts.pairs()[0].interactions, pacts.left]).toEqual([200, 100])
  })
})
