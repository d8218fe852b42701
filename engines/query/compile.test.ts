import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLinear } from '../linear.case.ts'
import { documents, filters } from './arbitrary.case.ts'
import { compile, matches } from './compile.ts'
import { fieldsOf } from './fields.ts'
import { canonicalIp, ipKey } from './ip.ts'
import { parse } from './parse.ts'

const CALL = {
  event: { duration: 1_500_000_000 },
  client: { ip: '10.1.0.9', port: 51234, domain: 'gateway' },
  server: { ip: 'fd00::7', port: 8080 },
  http: { request: { method: 'GET' }, response: { status_code: 503, body: { bytes: 12_000 } } },
  url: { full: 'http://Shop.example/api/orders/1?a=b*c', path: '/api/orders/1', query: 'a=b*c', domain: 'Shop.example' },
  spider: { agents: ['web-1.k3f9', 'db-1.aaaa'], findings: [], status: 'incomplete' },
}

const fits = (text: string): boolean => {
  const parsed = parse(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`)
  return matches(parsed.filter, CALL)
}

describe('matches', () => {
  it.each([
    'status:5xx',
    'status:500..503',
    'status>=503',
    'method:get',
    'host:shop.example',
    'path:/API/*',
    'path:*/1',
    'path:/api/*/1',
    'query:*\\**',
    'duration>1s',
    'duration:1500ms',
    'size>10KB',
    'client:10.1.0.0/16',
    'client:10.1.*',
    'server:fd00::/16',
    'server:FD00:0::7',
    'agent:db-1*',
    'agent:web-1.k3f9',
    'orders',
    'ORDERS',
    'gateway',
    '10.1.0',
    'status:*',
    'not trace:*',
    'trace!=abc',
    'not finding:*',
    'capture:(incomplete or pending)',
    'method:GET status:503 -path:/x',
  ])('%s fits', (text) => expect(fits(text)).toBe(true))

  it.each([
    'status:4xx',
    'status<503',
    'method:POST',
    'path:/api',
    'path:/api/?',
    'client:10.2.0.0/16',
    'client:fd00::/8',
    'server:10.0.0.0/8',
    'agent:web',
    'payment',
    'trace:*',
    'finding:*',
    'status!=503',
    'query:*b?d*',
  ])('%s does not', (text) => expect(fits(text)).toBe(false))

  it('takes documents of any form', () => {
    fc.assert(
      fc.property(filters(fieldsOf('exchanges')), fc.oneof(fc.object(), documents('exchanges')), (filter, document) => {
        expect(typeof matches(filter, document)).toBe('boolean')
      }),
    )
  })

  it('does not slow down on many stars', () => {
    const fits = compile({ kind: 'like', field: 'url.path', pattern: `${'*a'.repeat(50)}*b` })
    expectLinear((length) => expect(fits({ url: { path: 'a'.repeat(length) } })).toBe(false), 40_000)
  })
})

describe('addresses', () => {
  it.each([
    ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0', undefined],
    ['10.0.0.256', undefined],
    ['1::2::3', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7::8', undefined],
    ['::/129', undefined],
    ['10.0.0.0/', undefined],
  ])('%s is %s', (text, canonical) => expect(canonicalIp(text)).toBe(canonical))

  it('keep their key when written canonically', () => {
    fc.assert(fc.property(fc.ipV6(), (ip) => ip.includes('.') || ipKey(canonicalIp(ip)!) === ipKey(ip)))
  })
})
