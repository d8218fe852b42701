import { afterEach, expect, it, vi } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import { Desk, type Licensed } from '../license/desk.ts'
import { openLedger } from '../license/ledger.ts'
import { keepLicensed } from './licensing.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function logOf(licensed: Licensed | undefined): Promise<string[]> {
  const state = await openState()
  closers.push(() => state.close())
  const desk = new Desk({ state, books: openLedger(state), licensed, version: '0.1.0', now: Date.now, changed: async () => {} })
  const lines: string[] = []
  closers.push(keepLicensed(desk, (line) => lines.push(line)))
  return lines
}

it('a license that does not hold is logged, with why and what then', async () => {
  const server = 'http://127.0.0.1:1' // nobody listens there
  const lines = await logOf({ token: 'abc', server, anonymous: false })
  await vi.waitFor(() => expect(lines).toHaveLength(1), 20_000)
  expect(lines[0]).toMatch(
    /^license: The license could not be checked: .+ Is http:\/\/127\.0\.0\.1:1 the license server\? Until then the evaluation applies\.$/,
  )
})

it('the evaluation is no trouble: nothing is logged', async () => {
  const lines = await logOf(undefined)
  await closers.pop()?.()
  expect(lines).toEqual([])
})
