import { expect, it } from 'vitest'
import { cheapPlace } from './prologue.ts'

it.each([
  ['a push', '554889e54156', 0],
  ['the stack moved, the guard stored, a test, a jump (SSL_write of OpenSSL 3.0)', '4883ec1864488b042528000000488944240831c085d2783a', 22],
  ['the stack moved, a call', '4883ec08e887fbffff', 4],
  ['a test, a jump', '4885ff0f8497030000', 3],
  ['what is not known', '488b07c3', 0],
  ['what is not known, later', '4883ec18488b07c3', 0],
  ['the end', '4883ec18', 0],
  ['nothing', '', 0],
])('%s', (_, code, place) => {
  expect(cheapPlace(Buffer.from(code, 'hex'))).toBe(place)
})
