import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { filterOf, findDimension } from './dimensions.ts'
import { parse } from './parse.ts'
import { print } from './print.ts'

const written = (dimension: string, key: string | number | null): string => print(filterOf(findDimension(dimension)!, key))

describe('the calls of a key', () => {
  it.each([
    ['status_class', '5xx', { http: { response: { status_code: 503 } } }, { event: { outcome: 'failure' } }],
    [
      'status_class',
      'failure',
      { event: { outcome: 'failure' } },
      { event: { outcome: 'failure' }, http: { response: { status_code: 200 } } },
    ],
    ['status_class', null, { event: {} }, { event: { outcome: 'unknown' } }],
    ['client.address', 'web', { client: { domain: 'web', ip: '10.0.0.1' } }, { client: { domain: 'db', ip: '10.0.0.1' } }],
    ['client.address', '10.0.0.1', { client: { ip: '10.0.0.1' } }, { client: { domain: 'web', ip: '10.0.0.1' } }],
    ['server.address', 'fd00::1', { server: { ip: 'fd00::1' } }, { server: { ip: 'fd00::2' } }],
    ['port', 443, { server: { port: 443 } }, { server: { port: 80 } }],
    ['method', 'GET', { http: { request: { method: 'GET' } } }, { http: { request: { method: 'PUT' } } }],
  ])('%s %s', (dimension, key, inside, outside) => {
    const parsed = parse(written(dimension, key))
    if (!parsed.ok) throw new Error(parsed.message)
    const fits = compile(parsed.filter)
    expect([fits(inside), fits(outside)]).toEqual([true, false])
  })

  it('is undefined for what is no dimension', () => expect(findDimension('weather')).toBeUndefined())
})
