import { beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { type KeyLogLine, readLine } from '#engines/tls/keylog.ts'
import { SecretsDesk } from './desk.ts'
import { decodeReread } from './rereads.ts'
import { Seal } from './seal.ts'

const random = 'ab'.repeat(32)
const line = (label: string, secret: string) => ({ label, clientRandom: random, secret })
const waiting = { session: 'cd', agent: 'one', lane: 'one/0', closed: true }

let state: State
let said: string[]
let woken: string[]
beforeEach(async () => {
  state = await openState()
  said = []
  woken = []
})

const desk = (holder: string, key = 7): SecretsDesk =>
  new SecretsDesk(
    { state, seal: new Seal(new Uint8Array(32).fill(key)), holder, keepMs: 3_600_000, log: (text) => said.push(text) },
    async (lane) => void woken.push(lane),
  )

const due = async (): Promise<string[]> =>
  (await Promise.all([0, 1, 2, 3].map((lane) => state.read(`reread/${lane}`, 0, 100))))
    .flat()
    .map(({ entry }) => decodeReread(entry).session)

describe('secrets of a session', () => {
  it('are joined, whoever tells them, at once and twice', async () => {
    const desks = ['a', 'b', 'c', 'd'].map((holder) => desk(holder))
    await Promise.all([...desks, ...desks].map((each, i) => each.take([line(`LABEL_${i % 4}`, `0${i % 4}`)])))
    expect(await desk('e').vault.find(random)).toEqual({ LABEL_0: '00', LABEL_1: '01', LABEL_2: '02', LABEL_3: '03' })
  })

  it('may be named by the beginning of what the client sent encrypted', async () => {
    const [name, secret] = ['0102030405060708', 'c3'.repeat(48)]
    await desk('a').giveUp([{ ...waiting, sessions: new Map([random, name].map((each) => [each, undefined])) }])
    expect(await desk('b').take([readLine(`RSA ${name} ${secret}`) as KeyLogLine])).toEqual({ sessions: 1, rereads: 1 })
    expect([await desk('c').vault.find(name), await due()]).toEqual([{ RSA: secret }, ['cd']])
  })

  it('lie sealed, and cannot be opened with another key or under another name', async () => {
    await desk('a').take([line('CLIENT_RANDOM', 'c3'.repeat(48))])
    for (const [name, bytes] of await state.list('tls-')) {
      expect(Buffer.from(bytes).toString('latin1')).not.toContain('c3c3')
      const seal = new Seal(new Uint8Array(32).fill(7))
      expect(seal.open(name, bytes)).toBeDefined()
      expect(seal.open(`${name}0`, bytes)).toBeUndefined()
    }
    const other = desk('b', 8)
    expect(await other.vault.find(random)).toBeUndefined()
    expect(await other.vault.find(random)).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('SPIDER_SECRETS_KEY')])
    await other.take([line('CLIENT_RANDOM', 'd4'.repeat(48))])
    expect(await other.vault.find(random)).toEqual({ CLIENT_RANDOM: 'd4'.repeat(48) })
  })
})

describe('a connection that was given up', () => {
  it('is read again when its secrets come, once it was read no more', async () => {
    const one = desk('a')
    await one.giveUp([{ ...waiting, sessions: new Map([[random, undefined]]) }])
    expect(await due()).toEqual([])
    expect(await one.take([line('CLIENT_RANDOM', '01')])).toEqual({ sessions: 1, rereads: 1 })
    expect([await due(), woken.length]).toEqual([['cd'], 1])
    await one.wasRead({ ...waiting, clientRandoms: [random] })
    expect(await one.take([line('CLIENT_RANDOM', '02')])).toEqual({ sessions: 1, rereads: 0 })
  })

  it('is read again when they came a moment before, but not with those that were tried', async () => {
    const one = desk('a')
    await one.take([line('CLIENT_RANDOM', '01')])
    await one.giveUp([{ ...waiting, sessions: new Map([[random, { CLIENT_RANDOM: '01' }]]) }])
    expect(await due()).toEqual([])
    await one.giveUp([{ ...waiting, sessions: new Map([[random, undefined]]) }])
    expect(await due()).toEqual(['cd'])
  })

  it('is found by one of both, however they meet', async () => {
    for (let i = 0; i < 20; i++) {
      state = await openState()
      const [one, other] = [desk('a'), desk('b')]
      await Promise.all([one.take([line('CLIENT_RANDOM', '01')]), other.giveUp([{ ...waiting, sessions: new Map([[random, undefined]]) }])])
      expect(new Set(await due())).toEqual(new Set(['cd']))
    }
  })
})
