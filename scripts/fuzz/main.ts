/**
 * Fuzzes the engines, guided by which of their code runs: `npm run fuzz [-- ENGINE … --minutes N --seed N --corpus FOLDER]`. What breaks
 * a promise is written to `scripts/fuzz/cases/`, made as short as it goes, and is a test from then on.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz, shorten } from './fuzz.ts'
import { seedsOf } from './seeds.ts'
import { TARGETS } from './targets.ts'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus/files')
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    corpus: { type: 'string', default: CORPUS },
  },
})
const names = positionals.length > 0 ? positionals : Object.keys(TARGETS)
const unknown = names.find((name) => TARGETS[name] === undefined)
if (unknown !== undefined || !(Number(values.minutes) > 0)) {
  console.error(
    unknown === undefined
      ? `--minutes ${values.minutes} is not a number of minutes: give one above 0.`
      : `There is no engine ${unknown} to fuzz: choose of ${Object.keys(TARGETS).join(', ')}.`,
  )
  process.exit(2)
}

let failed = false
for (const name of names) {
  const target = TARGETS[name]
  const seeds = seedsOf(target, existsSync(values.corpus) ? values.corpus : undefined)
  const result = fuzz(target.run, seeds, { milliseconds: Number(values.minutes) * 60_000, seed: Number(values.seed) })
  console.log(`${name}: ${result.runs} inputs from ${seeds.length} seeds, ${result.kept} kept, ${result.ranges} ranges of code`)
  for (const [why, input] of result.broken) {
    failed = true
    const short = shorten(target.run, input)
    const folder = join(import.meta.dirname, 'cases', name)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${createHash('sha256').update(short).digest('hex').slice(0, 12)}.bin`)
    writeFileSync(file, short)
    console.log(`${name}: ${why}: ${file}`)
  }
}
process.exitCode = failed ? 1 : 0
