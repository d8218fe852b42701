import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fenced, Full, type State } from './port.ts'

/** What the suite needs of an adapter under test. Each test gets a new one, with nothing in it. */
export interface StateUnderTest {
  /** Opens what was there when the last one was closed. */
  open(): Promise<State>
  /** Lets at least `ms` pass for leases and values: an injected clock is moved, a server is waited for. */
  pass(ms: number): Promise<void>
  /** Bound of a lane's log. */
  maxLogBytesPerLane: number
  /** Removes what the test left. */
  remove(): Promise<void>
}

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (found: Uint8Array | undefined | null) => found && new TextDecoder().decode(found)
const texts = (found: ReadonlyMap<string, Uint8Array>) => Object.fromEntries([...found].map(([name, value]) => [name, text(value)]))
const checkpoints = (of: Record<string, string | null>) =>
  new Map(Object.entries(of).map(([name, value]) => [name, value === null ? null : bytes(value)]))

/** What every `State` does, whatever it stands on. */
export function stateContract(name: string, make: () => Promise<StateUnderTest>): void {
  describe(`${name}: the contract of State`, () => {
    let world: StateUnderTest
    let state: State
    beforeEach(async () => {
      world = await make()
      state = await world.open()
    })
    afterEach(async () => {
      await state.close()
      await world.remove()
    })
    const reopen = async () => {
      await state.close()
      state = await world.open()
    }
    const leaseOf = async (lane: string, holder = 'a') => {
      const lease = await state.lease(lane, holder, 1000)
      expect(lease, `lease of ${lane} for ${holder}`).toBeDefined()
      return lease!
    }
    const sequences = async (lane: string, after = 0, most = 100) => (await state.read(lane, after, most)).map((entry) => entry.sequence)

    it('is in good health', () => state.health())

    describe('log', () => {
      it('gives entries back in order of sequence, after a place, at most so many', async () => {
        for (const sequence of [2, 1, 5, 4]) expect(await state.append('l', sequence, bytes(`e${sequence}`))).toBe('appended')
        expect((await state.read('l', 0, 100)).map((e) => [e.sequence, text(e.entry)])).toEqual([
          [1, 'e1'],
          [2, 'e2'],
          [4, 'e4'],
          [5, 'e5'],
        ])
        expect(await sequences('l', 2)).toEqual([4, 5])
        expect(await sequences('l', 3)).toEqual([4, 5])
        expect(await sequences('l', 0, 2)).toEqual([1, 2])
        expect(await sequences('l', 5)).toEqual([])
        expect(await sequences('nobody')).toEqual([])
      })

      it('knows an entry that is there or behind the cursor, and changes nothing', async () => {
        await state.append('l', 1, bytes('first'))
        expect(await state.append('l', 1, bytes('other'))).toBe('known')
        expect(text((await state.read('l', 0, 1))[0].entry)).toBe('first')
        await state.commit(await leaseOf('l'), 3, new Map())
        expect(await state.append('l', 2, bytes('late'))).toBe('known')
        expect(await sequences('l')).toEqual([])
        expect(await state.append('l', 4, bytes('next'))).toBe('appended')
      })

      it('takes one of many who append the same entry at once', async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => state.append('l', 1, bytes(`${i}`))))
        expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1)
      })

      it('takes entries from nothing to 1 MB, byte for byte', async () => {
        const big = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 31)
        await state.append('l', 1, big)
        await state.append('m', 1, new Uint8Array(0))
        await reopen()
        expect(Buffer.compare((await state.read('l', 0, 1))[0].entry, big)).toBe(0)
        expect((await state.read('m', 0, 1))[0].entry).toHaveLength(0)
      })

      it('is not changed by what the caller does to its bytes later', async () => {
        const entry = bytes('kept')
        const appended = state.append('l', 1, entry)
        entry.fill(0)
        await appended
        expect(text((await state.read('l', 0, 1))[0].entry)).toBe('kept')
      })

      it('throws Full beyond its bound, counts the weight, and takes more once the cursor moved', async () => {
        const half = world.maxLogBytesPerLane / 2
        await state.append('l', 1, new Uint8Array(half))
        await state.append('l', 2, bytes('refers to much'), half)
        await expect(state.append('l', 3, bytes('one more'))).rejects.toThrow(Full)
        expect(await state.append('other', 1, bytes('elsewhere'))).toBe('appended')
        expect(await state.append('l', 2, bytes('again'))).toBe('known')
        await state.commit(await leaseOf('l'), 1, new Map())
        expect(await state.append('l', 3, bytes('one more'))).toBe('appended')
      })

      it('does not go beyond its bound when many append at once', async () => {
        const quarter = world.maxLogBytesPerLane / 4
        const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => state.append('l', i + 1, bytes('x'), quarter)))
        expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(4)
      })

      it('names the lanes with work ahead of their cursor', async () => {
        for (const lane of ['a/1', 'a/2', 'b/1']) await state.append(lane, 1, bytes('x'))
        await state.commit(await leaseOf('a/2'), 1, new Map())
        expect(await state.behind('a/')).toEqual(['a/1'])
        expect((await state.behind('')).sort()).toEqual(['a/1', 'b/1'])
        await state.append('a/2', 3, bytes('x'))
        expect((await state.behind('a/')).sort()).toEqual(['a/1', 'a/2'])
      })
    })

    describe('lease', () => {
      it('lets one holder into a lane', async () => {
        await leaseOf('l', 'a')
        expect(await state.lease('l', 'b', 1000)).toBeUndefined()
        expect(await state.lease('m', 'b', 1000)).toBeDefined()
      })

      it('lets one of many in who ask at once', async () => {
        const leases = await Promise.all(Array.from({ length: 20 }, (_, i) => state.lease('l', `holder ${i}`, 1000)))
        expect(leases.filter(Boolean)).toHaveLength(1)
      })

      it('counts its fence up with each holder, also over a restart', async () => {
        const first = await leaseOf('l', 'a')
        await state.release(first)
        const second = await leaseOf('l', 'b')
        expect(second.fence).toBeGreaterThan(first.fence)
        await state.release(second)
        await reopen()
        expect((await leaseOf('l', 'c')).fence).toBeGreaterThan(second.fence)
      })

      it('ends when it is not renewed, and goes on when it is', async () => {
        const lease = await leaseOf('l', 'a')
        await world.pass(600)
        expect(await state.renew(lease, 1000)).toBe(true)
        await world.pass(600)
        expect(await state.lease('l', 'b', 1000)).toBeUndefined()
        await world.pass(1000)
        expect(await state.lease('l', 'b', 1000)).toBeDefined()
        expect(await state.renew(lease, 1000)).toBe(false)
      })

      it('given back is free, and giving back a lost one takes nothing from its new holder', async () => {
        const first = await leaseOf('l', 'a')
        await state.release(first)
        expect(await state.renew(first, 1000)).toBe(false)
        await leaseOf('l', 'b')
        await state.release(first)
        expect(await state.lease('l', 'c', 1000)).toBeUndefined()
      })

      it('is one hold: its own holder does not get it twice, and the late one of two is fenced off', async () => {
        const first = await leaseOf('l', 'a')
        expect(await state.lease('l', 'a', 1000)).toBeUndefined()
        await world.pass(1001)
        const second = await leaseOf('l', 'a')
        expect(second.fence).toBe(first.fence + 1)
        await expect(state.commit(first, 1, new Map())).rejects.toThrow(Fenced)
      })
    })

    describe('commit', () => {
      it('moves the cursor, stores and removes checkpoints, forgets the log', async () => {
        expect(await state.load('l')).toEqual({ cursor: undefined, checkpoints: new Map() })
        for (const sequence of [1, 2, 3]) await state.append('l', sequence, bytes('x'))
        const lease = await leaseOf('l')
        await state.commit(lease, 1, checkpoints({ a: '1', b: '1' }))
        await state.commit(lease, 2, checkpoints({ a: null, b: '2', c: '2', never: null }))
        const check = async () => {
          const { cursor, checkpoints: found } = await state.load('l')
          expect([cursor, texts(found)]).toEqual([2, { b: '2', c: '2' }])
          expect(await sequences('l')).toEqual([3])
        }
        await check()
        await reopen()
        await check()
      })

      it('is refused to whom the lane was taken from, and leaves no trace', async () => {
        const late = await leaseOf('l', 'a')
        await world.pass(1001)
        const lease = await leaseOf('l', 'b')
        await expect(state.commit(late, 7, checkpoints({ a: 'late' }))).rejects.toThrow(Fenced)
        expect(await state.load('l')).toEqual({ cursor: undefined, checkpoints: new Map() })
        await state.commit(lease, 1, checkpoints({ a: 'right' }))
        expect(texts((await state.load('l')).checkpoints)).toEqual({ a: 'right' })
      })

      it('is there for the next holder, though it was not waited for', async () => {
        const first = await leaseOf('l', 'a')
        const committed = state.commit(first, 1, checkpoints({ a: '1' }))
        await state.release(first)
        await leaseOf('l', 'b')
        expect(texts((await state.load('l')).checkpoints)).toEqual({ a: '1' })
        await committed
      })

      it('gives out checkpoints that the caller may change', async () => {
        await state.commit(await leaseOf('l'), 1, checkpoints({ a: '1' }))
        ;(await state.load('l')).checkpoints.clear()
        expect((await state.load('l')).checkpoints.size).toBe(1)
      })
    })

    describe('values', () => {
      it('are set, found by key and prefix, and deleted', async () => {
        await state.set('host/1', bytes('one'))
        await state.set('host/2', bytes('two'))
        await state.set('hosts', bytes('no'))
        await state.set('host/1', bytes('uno'))
        expect(text(await state.get('host/1'))).toBe('uno')
        expect(texts(await state.list('host/'))).toEqual({ 'host/1': 'uno', 'host/2': 'two' })
        await state.delete('host/1')
        await state.delete('nothing')
        await reopen()
        expect(await state.get('host/1')).toBeUndefined()
        expect(texts(await state.list(''))).toEqual({ 'host/2': 'two', hosts: 'no' })
      })

      it('are forgotten when their time is over', async () => {
        await state.set('short', bytes('s'), 500)
        await state.set('long', bytes('l'))
        await world.pass(400)
        expect(text(await state.get('short'))).toBe('s')
        await reopen()
        await world.pass(200)
        expect(await state.get('short')).toBeUndefined()
        expect(texts(await state.list(''))).toEqual({ long: 'l' })
      })

      it('are claimed by the first, and by the next when that time is over', async () => {
        expect(text(await state.claim('k', bytes('a'), 500))).toBe('a')
        expect(text(await state.claim('k', bytes('b'), 500))).toBe('a')
        await world.pass(600)
        expect(text(await state.claim('k', bytes('b')))).toBe('b')
        const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => state.claim('new', bytes(`${i}`))))
        expect(new Set(answers.map(text)).size).toBe(1)
      })

      it('have keys of any characters', async () => {
        for (const key of ['', 'a b', 'ключ/🕷', 'k\u0000\n', '*?[x]']) {
          await state.set(key, bytes(key))
          expect(text(await state.get(key))).toBe(key)
        }
        expect([...(await state.list('*')).keys()]).toEqual(['*?[x]'])
      })
    })
  })
}
