/** Child of the crash test: works on a state as fast as it can, and says on standard output, a line each, what was acknowledged. */
import { writeSync } from 'node:fs'
import { openState } from './state.ts'

const [directory, sync] = process.argv.slice(2)
const state = await openState({ directory, compactBytes: 300_000, sync: sync as 'os' | 'disk' })
const say = (line: string) => writeSync(1, `${line}\n`)

/** Appends to a lane; every tenth entry commits the five before, with checkpoints that all must say the same cursor. */
async function work(lane: string) {
  const lease = (await state.lease(lane, 'worker', 1e9))!
  let { cursor = 0 } = await state.load(lane)
  let sequence = (await state.read(lane, 0, 1e6)).at(-1)?.sequence ?? cursor
  for (;;) {
    sequence += 1
    await state.append(lane, sequence, Buffer.alloc(100 + (sequence % 7) * 300, `${lane}:${sequence};`))
    say(`append ${lane} ${sequence}`)
    if (sequence % 10 !== 0) continue
    cursor = sequence - 5
    await state.commit(lease, cursor, new Map(Array.from({ length: 50 }, (_, i) => [`c${i}`, Buffer.alloc(200, `${cursor},`)])))
    say(`commit ${lane} ${cursor}`)
  }
}

say('ready')
await Promise.all(['a', 'b', 'c', 'd'].map(work))
