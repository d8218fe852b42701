import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Options } from './captures.ts'
import { floodBench } from './flood.bench.ts'
import { framesBench } from './frames.bench.ts'
import { gocipherBench } from './gocipher.bench.ts'
import { idleBench } from './idle.bench.ts'
import { latencyBench } from './latency.bench.ts'
import { liveBench } from './live.bench.ts'
import { TIME } from './measure.ts'
import { readBench } from './read.bench.ts'
import { keep, machine, print, type Subject } from './report.ts'
import { storeBench } from './store.bench.ts'
import { storedBench } from './stored.bench.ts'
import { usageBench } from './usage.bench.ts'

const SUBJECTS: Record<string, (options: Options) => Promise<Subject | Subject[]>> = {
  read: readBench,
  store: storeBench,
  live: liveBench,
  latency: latencyBench,
  idle: idleBench,
  gocipher: gocipherBench,
  stored: storedBench,
  frames: framesBench,
  flood: floodBench,
  usage: usageBench,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    megabytes: { type: 'string', default: '200' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    help: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !(name in SUBJECTS))
if (values.help || unknown.length) {
  console.error(`npm run bench -- [${Object.keys(SUBJECTS).join('|')}] … [--megabytes 200] [--runs 3] [--seconds 8]`)
  process.exit(unknown.length ? 2 : 0)
}
if (!existsSync(TIME)) {
  console.error(`The benchmarks need ${TIME}: apt-get install time`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const options = { folder, megabytes: Number(values.megabytes), runs: Number(values.runs), seconds: Number(values.seconds) }
const subjects: Subject[] = []
try {
  console.log(Object.values(machine()).join(', '))
  for (const name of positionals.length ? positionals : Object.keys(SUBJECTS)) {
    const found = [await SUBJECTS[name](options)].flat()
    found.forEach(print)
    subjects.push(...found)
  }
  console.log(`\nKept in ${keep(subjects)}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
