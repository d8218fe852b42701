/** Saves and flushes without end, and prints the number of documents after each flush: to be killed. */
import { call, NOON } from '../samples.case.ts'
import { openDuckDb } from './store.ts'

const store = await openDuckDb({ directory: process.argv[2] })
for (let n = 0; ; ) {
  const calls = Array.from({ length: 1 + ((n * 7) % 3000) }, () => call(`c${n}`, NOON + n++))
  await store.save({ team: 'red', principal: 'tester' }, 'exchanges', calls)
  await store.flush()
  process.stdout.write(`${n}\n`)
}
