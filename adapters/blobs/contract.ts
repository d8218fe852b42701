import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BlobReference, Blobs } from './port.ts'

/** What the suite needs of an adapter under test. Each test gets a new one, with nothing in it. */
export interface BlobsUnderTest {
  /** Opens what was there when the last one was closed. */
  open(): Promise<Blobs>
  /** Removes what the test left. */
  remove(): Promise<void>
}

const HOUR = 3_600_000
const T0 = Date.UTC(2026, 0, 5, 10, 30)
const noise = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 255)

/** Byte by byte, without the runner's comparison, which takes seconds for a megabyte. */
function expectBytes(found: Uint8Array | undefined, expected: Uint8Array): void {
  expect(found?.length).toBe(expected.length)
  expect(Buffer.compare(found!, expected)).toBe(0)
}

/** What every `Blobs` does, whatever it stands on. */
export function blobsContract(name: string, make: () => Promise<BlobsUnderTest>): void {
  describe(`${name}: the contract of Blobs`, () => {
    let world: BlobsUnderTest
    let blobs: Blobs
    beforeEach(async () => {
      world = await make()
      blobs = await world.open()
    })
    afterEach(async () => {
      await blobs.close()
      await world.remove()
    })

    it('is in good health', () => blobs.health())

    it.each([0, 1, 100, 70_000, 3_000_000])('gives %i bytes back as they were', async (length) => {
      const bytes = noise(length, 1)
      expectBytes(await blobs.get(await blobs.put('bodies', T0, bytes)), bytes)
    })

    it('gives references that are safe in a URL', async () => {
      expect(await blobs.put('packets', T0 + 0.25, noise(10, 1))).toMatch(/^[A-Za-z0-9._~-]{1,200}$/)
    })

    it('gives parts, as far as there are bytes', async () => {
      const bytes = noise(1000, 2)
      const reference = await blobs.put('bodies', T0, bytes)
      const part = (offset: number, length: number) => blobs.get(reference, { offset, length })
      expect(await part(0, 10)).toEqual(bytes.subarray(0, 10))
      expect(await part(990, 100)).toEqual(bytes.subarray(990))
      expect(await part(500, 0)).toEqual(new Uint8Array(0))
      expect(await part(2000, 5)).toEqual(new Uint8Array(0))
      expect(await part(0, 5000)).toEqual(bytes)
    })

    it('takes and gives many at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 300 }, async (_, i) => {
          const bytes = noise(i * 40, i)
          return { bytes, reference: await blobs.put(i % 2 ? 'packets' : 'claims', T0 + (i % 5) * HOUR, bytes) }
        }),
      )
      expect(new Set(all.map(({ reference }) => reference)).size).toBe(300)
      await Promise.all(all.map(async ({ bytes, reference }) => expectBytes(await blobs.get(reference), bytes)))
    })

    it('keeps them over a restart, and takes more', async () => {
      const before = await blobs.put('bodies', T0, noise(500, 1))
      await blobs.close()
      blobs = await world.open()
      const after = await blobs.put('bodies', T0, noise(500, 2))
      expect(await blobs.get(before)).toEqual(noise(500, 1))
      expect(await blobs.get(after)).toEqual(noise(500, 2))
    })

    it('answers undefined for what is no reference, or one to nothing here', async () => {
      const reference = await blobs.put('bodies', T0, noise(500, 1))
      const wrong = [
        '',
        'x',
        '../../etc/passwd',
        '..%2f',
        `${reference}x`,
        `${reference}/../x`,
        'a'.repeat(10_000),
        '\u0000',
        `${reference}\n`,
      ]
      for (const name of wrong) expect(await blobs.get(name as BlobReference), name.slice(0, 50)).toBeUndefined()
      for (let i = 0; i < reference.length; i++) {
        const other = `${reference.slice(0, i)}${reference[i] === '3' ? '4' : '3'}${reference.slice(i + 1)}`
        expect(await blobs.get(other as BlobReference), other).toBeUndefined()
      }
    })

    it('drops what is of a time before, and says how much, and nothing else', async () => {
      const old = await blobs.put('packets', T0 - 5 * HOUR, noise(50_000, 1))
      const recent = await blobs.put('packets', T0, noise(500, 2))
      const body = await blobs.put('bodies', T0 - 5 * HOUR, noise(500, 3))
      expect(await blobs.get(old)).toBeDefined()
      expect(await blobs.expire('packets', T0 - HOUR)).toBeGreaterThanOrEqual(50_000)
      expect(await blobs.get(old)).toBeUndefined()
      expect(await blobs.get(recent)).toEqual(noise(500, 2))
      expect(await blobs.get(body)).toEqual(noise(500, 3))
      expect(await blobs.expire('packets', T0 - HOUR)).toBe(0)
      const again = await blobs.put('packets', T0 - 5 * HOUR, noise(50_000, 1))
      expect(await blobs.get(again)).toHaveLength(50_000)
      expect(await blobs.get(old)).toBeUndefined()
    })

    it('loses nothing that is put while something is dropped', async () => {
      const puts = Array.from({ length: 50 }, (_, i) => blobs.put('packets', T0, noise(1000, i)))
      const [references] = await Promise.all([Promise.all(puts), blobs.expire('packets', T0), blobs.expire('packets', T0 - HOUR)])
      for (const [i, reference] of references.entries()) expect(await blobs.get(reference)).toEqual(noise(1000, i))
    })

    it('takes any time', async () => {
      for (const at of [0, -5, Number.NaN, 1e18, Number.POSITIVE_INFINITY])
        expect(await blobs.get(await blobs.put('claims', at, noise(9, 1)))).toEqual(noise(9, 1))
    })
  })
}
