import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { breaks, fuzz } from './fuzz.ts'
import { TARGETS } from './targets.ts'

const folder = join(import.meta.dirname, 'cases')
const cases = Object.keys(TARGETS).flatMap((name) =>
  existsSync(join(folder, name)) ? readdirSync(join(folder, name)).map((file) => [name, file] as const) : [],
)

describe('what once broke an engine', () => {
  it.each(cases)('%s %s', (name, file) => {
    expect(breaks(TARGETS[name].run, Uint8Array.from(readFileSync(join(folder, name, file))))).toBeUndefined()
  })
})

describe('fuzzing', () => {
  it('finds an input that breaks what is tested, by what its code does', () => {
    const planted = (input: Uint8Array) => {
      if (input[0] === 10 && input.length > 40) throw new Error('planted')
    }
    const { broken } = fuzz(planted, [new Uint8Array(60)], { milliseconds: 500, seed: 1 })
    expect([...broken.keys()][0]).toContain('planted')
  })
  it.each(Object.keys(TARGETS))('of %s, for a moment, finds nothing', (name) => {
    const { runs, broken } = fuzz(TARGETS[name].run, [new Uint8Array(0), Uint8Array.from({ length: 60 }, (_, i) => i)], {
      milliseconds: 300,
      seed: 7,
    })
    expect(runs).toBeGreaterThan(0)
    expect([...broken.keys()]).toEqual([])
  })
})
