import { describe, expect, it } from 'vitest'
import { caching } from './caching.ts'
import { cookiesOf, setCookies } from './cookies.ts'
import { findToken, readToken } from './jwt.ts'

const AT = Date.parse('2026-03-01T12:00:00Z')
const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const token = (claims: unknown, header: unknown = { alg: 'RS256', typ: 'JWT' }, signature = 'c2ln') =>
  `${part(header)}.${part(claims)}.${signature}`

describe('tokens', () => {
  it('are found in a value, and read with their times in words', () => {
    const text = token({ sub: 'élise', iat: AT / 1000 - 3600, exp: AT / 1000 + 120 })
    expect(findToken(`Bearer ${text}`)).toBe(text)
    expect(readToken(text, AT)).toEqual({
      header: '{"alg":"RS256","typ":"JWT"}',
      claims: `{"sub":"élise","iat":${AT / 1000 - 3600},"exp":${AT / 1000 + 120}}`,
      times: ['issued 2026-03-01 11:00:00 UTC, 1 h before the call', 'expires 2026-03-01 12:02:00 UTC, 2 min after the call'],
      valid: true,
      signed: true,
    })
  })
  it.each([
    ['expired', { exp: AT / 1000 - 60 }, false, 'expired 2026-03-01 11:59:00 UTC, 1 min before the call'],
    ['not valid yet', { nbf: AT / 1000 + 60 }, false, 'not valid yet: from 2026-03-01 12:01:00 UTC, 1 min after the call'],
    ['a time that is none', { exp: 1e300 }, true, undefined],
    ['a time as text', { exp: 'soon' }, true, undefined],
  ])('%s', (_, claims, valid, said) => expect(readToken(token(claims), AT)).toMatchObject({ valid, times: said ? [said] : [] }))
  it('without a signature say so', () => {
    expect(readToken(token({}, { alg: 'none' }, ''), AT)?.signed).toBe(false)
    expect(readToken(token({}, { alg: 'NONE' }), AT)?.signed).toBe(false)
  })
  it.each([['eyJub.not-json.x'], [`${part('[1]')}.${part({})}.x`], ['a.b.c'], [`${part({})}.%%%.x`]])('%s is none', (text) =>
    expect(readToken(text, AT)).toBeUndefined(),
  )
})

describe('cookies', () => {
  it('of a client', () =>
    expect(
      cookiesOf([
        ['Cookie', 'a=1; b="x=y"; ;flag'],
        ['x', 'y'],
        ['cookie', 'c='],
      ]),
    ).toEqual([
      ['a', '1'],
      ['b', '"x=y"'],
      ['', 'flag'],
      ['c', ''],
    ]))

  it.each([
    ['a=1', ['lives until the browser is closed', 'sent to this host only', 'from other sites only when a link is followed'], []],
    [
      'a=1; Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=.shop.test; Path=/x; Secure; HttpOnly; SameSite=Strict',
      ['lives 1 h', 'sent to shop.test and hosts below it', 'for paths below /x', 'over TLS only', 'not when coming from another site'],
      [],
    ],
    [
      'a=; expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ['deletes the cookie', 'sent to this host only', 'from other sites only when a link is followed'],
      [],
    ],
    [
      'a=1; SameSite=None',
      ['lives until the browser is closed', 'sent to this host only', 'also from other sites'],
      ['SameSite=None without Secure: browsers refuse it'],
    ],
    ['__Host-a=1; Secure', undefined, ['the prefix __Host- needs Secure, Path=/ and no Domain: browsers refuse it']],
    ['session=1; Secure', undefined, ['scripts of the page can read it: no HttpOnly']],
  ])('%s', (text, meaning, warnings) => {
    const [cookie] = setCookies([['Set-Cookie', text]], AT)
    if (meaning) expect(cookie.meaning).toEqual(meaning)
    expect(cookie.warnings).toEqual(warnings)
  })
})

describe('caching', () => {
  const of = (response: Record<string, string>, request: Record<string, string> = {}, status = 200, method = 'GET') =>
    caching({ method, status, request: Object.entries(request), response: Object.entries(response) })
  const DATE = 'Sun, 01 Mar 2026 12:00:00 GMT'
  it.each([
    [{ 'cache-control': 'no-store, max-age=9' }, {}, 'No cache may keep it', 'no-store'],
    [{ 'cache-control': 'max-age=60' }, {}, 'Fresh for 1 min', '5.2.2.1'],
    [{ 'cache-control': 'max-age=60', age: '60' }, {}, 'Stale at once', 'age: 1 min'],
    [{ 'cache-control': 'public, max-age="3600", s-maxage=60' }, {}, 'Fresh for 1 h', 'shared caches: 1 min'],
    [{ 'cache-control': 'no-cache', etag: 'W/"a"' }, {}, 'Kept, but the server is asked each time', 'weak'],
    [{ expires: 'Sun, 01 Mar 2026 13:00:00 GMT', date: DATE }, {}, 'Fresh for 1 h', '5.3'],
    [{ expires: '0', date: DATE }, {}, 'Stale at once', 'no date'],
    [{ 'cache-control': 'max-age=5', expires: 'Sun, 01 Mar 2026 13:00:00 GMT', date: DATE }, {}, 'Fresh for 5 s', 'max-age'],
    [{ vary: '*' }, {}, 'No cache may keep it', 'vary'],
    [{ 'cache-control': 'max-age=5', vary: 'Accept, Cookie' }, {}, 'Fresh', 'Accept, Cookie'],
    [{ 'cache-control': 'max-age=5' }, { authorization: 'Bearer x' }, 'No cache may keep it', '3.5'],
    [{ 'cache-control': 'max-age=5, public' }, { authorization: 'Bearer x' }, 'Fresh', 'max-age'],
    [{ 'cache-control': 'max-age=5, private' }, {}, 'Fresh', 'browser'],
    [{ 'last-modified': DATE }, {}, 'Kept as long as a cache thinks fit', '4.2.2'],
    [{ 'cache-control': 'max-age=5, stale-while-revalidate=60, immutable' }, { 'cache-control': 'max-age=0' }, 'Fresh', 'RFC 5861'],
    [{}, { 'cache-control': 'no-store' }, 'No cache may keep it', '5.2.1.5'],
    [{ etag: '"b"' }, { 'if-none-match': '"a"' }, 'Kept', 'it did'],
  ] as [Record<string, string>, Record<string, string>, string, string][])('%j %j: %s', (response, request, verdict, reason) => {
    const told = of(response, request)
    expect(told.verdict).toContain(verdict)
    expect(told.reasons.join('\n')).toContain(reason)
  })
  it('hangs on method and status', () => {
    expect(of({}, {}, 200, 'DELETE').verdict).toBe('No cache may keep it')
    expect(of({}, {}, 200, 'POST').verdict).toBe('No cache may keep it')
    expect(of({ 'cache-control': 'max-age=5' }, {}, 200, 'POST').verdict).toContain('Fresh')
    expect(of({}, {}, 500).verdict).toBe('Not kept')
    expect(of({ etag: '"a"' }, { 'if-none-match': '"a"' }, 304).reasons.join()).toContain('still right')
  })
})
