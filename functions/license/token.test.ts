import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SigningKeys } from './server/signing.ts'
import { AUDIENCE, ISSUER, TOKEN_TYPE, verifyLicense } from './token.ts'

const directory = mkdtempSync(join(tmpdir(), 'license-'))
const now = Date.UTC(2027, 2, 1)
const day = 86_400_000
const terms = { id: 'l1', owner: 'Shop', cores: 5, price: 110_00, from: now - day, to: now + 364 * day }
let keys: SigningKeys
let foreign: SigningKeys
beforeAll(async () => {
  keys = await SigningKeys.open(join(directory, 'keys.json'))
  foreign = await SigningKeys.open(join(directory, 'foreign.json'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const refused = (token: string, at = now) => expect(verifyLicense(token, keys.published(), at)).rejects

describe('a license', () => {
  it('is what was signed', async () => {
    expect(await verifyLicense(`${await keys.sign(terms)}\n`, keys.published(), now)).toEqual(terms)
  })

  it('holds after its key was rotated, and the key file is for its owner alone', async () => {
    const before = await keys.sign(terms)
    await keys.rotate()
    const after = await keys.sign(terms)
    const again = await SigningKeys.open(join(directory, 'keys.json'))
    for (const token of [before, after]) expect(await verifyLicense(token, again.published(), now)).toEqual(terms)
    expect(statSync(join(directory, 'keys.json')).mode & 0o77).toBe(0)
    expect(JSON.stringify(keys.published())).not.toContain('"d"')
  })

  it.each([
    ['garbage\n', 'it is not JSON'],
    ['{}', 'it holds no keys'],
  ])('is not signed with a key file that cannot be used: %j', async (content, reason) => {
    const file = join(directory, 'damaged.json')
    writeFileSync(file, content)
    await expect(SigningKeys.open(file)).rejects.toThrow(`${file} cannot be used as signing keys: ${reason}. Put back the file`)
    expect(readFileSync(file, 'utf8')).toBe(content)
  })

  it('is refused when it is forged, foreign, downgraded, damaged, over, not begun, or of another product', async () => {
    const token = await keys.sign(terms)
    const [head, body, signature] = token.split('.')
    const more = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), cores: 500 })).toString('base64url')
    await refused(`${head}.${more}.${signature}`).toThrow('The signature of the license does not fit: it was changed, or cut.')
    await refused(await foreign.sign(terms)).toThrow('signed with a key that is not known')
    const claims = { sub: 'l1', owner: 'Shop', cores: 5, price: 1, nbf: 0, exp: 4e9, iss: ISSUER, aud: AUDIENCE }
    await refused(new UnsecuredJWT(claims).encode()).toThrow('not signed as licenses are')
    const secret = new TextEncoder().encode(JSON.stringify(keys.published().keys[0]))
    const downgraded = new SignJWT(claims).setProtectedHeader({ alg: 'HS512', typ: TOKEN_TYPE, kid: keys.published().keys[0].kid })
    await refused(await downgraded.sign(secret.length < 64 ? Buffer.alloc(64) : secret)).toThrow('not signed as licenses are')
    await refused(token.slice(0, -9)).toThrow('give the whole token as it was sent')
    const [key] = (JSON.parse(readFileSync(join(directory, 'keys.json'), 'utf8')) as { keys: JWK[] }).keys
    const other = new SignJWT({ ...claims, aud: 'fly' }).setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid: key.kid })
    await refused(await other.sign(await importJWK(key, 'EdDSA'))).toThrow('The license is for another product')
    await refused('what is this').toThrow('The license cannot be read: give the whole token as it was sent.')
    await refused(token, now + 365 * day).toThrow('The license has ended: renew it.')
    await refused(token, now - 2 * day).toThrow('The license has not begun yet: check its dates and the clock.')
  })
})
