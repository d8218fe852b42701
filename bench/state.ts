/** The embedded state by hand: `node bench/state.ts [os|disk]`. Prints appends a second and the time of a commit with 1,000 checkpoints. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openState } from '#adapters/state/embedded/state.ts'

const sync = process.argv[2] === 'disk' ? 'disk' : 'os'
const directory = await mkdtemp(join(tmpdir(), 'bench-state-'))
const state = await openState({ directory, sync })
const perSecond = (count: number, from: number) => Math.round((count / (performance.now() - from)) * 1000).toLocaleString('en')

async function appends(lanes: number, each: number, bytes: number) {
  const entry = new Uint8Array(bytes)
  const from = performance.now()
  const work = async (lane: string) => {
    for (let i = 1; i <= each; i++) await state.append(lane, i, entry)
  }
  await Promise.all(Array.from({ length: lanes }, (_, i) => work(`${bytes}/${lanes}/${i}`)))
  console.log(`append, ${lanes} at once, ${bytes} bytes: ${perSecond(lanes * each, from)}/s`)
}

async function commits(count: number) {
  const lease = (await state.lease('commits', 'bench', 1e9))!
  const checkpoints = new Map(Array.from({ length: 1000 }, (_, i) => [`session-${i}`, new Uint8Array(500)]))
  const times: number[] = []
  for (let i = 1; i <= count; i++) {
    const from = performance.now()
    await state.commit(lease, i, checkpoints)
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  console.log(
    `commit of 1,000 checkpoints of 500 bytes: p50 ${times[count >> 1].toFixed(1)} ms, p95 ${times[(count * 0.95) | 0].toFixed(1)} ms`,
  )
}

await appends(64, sync === 'disk' ? 50 : 3000, 100)
await appends(1, sync === 'disk' ? 100 : 20_000, 100)
await appends(8, 10, 1 << 20)
await commits(sync === 'disk' ? 20 : 200)
await state.close()
const from = performance.now()
await (await openState({ directory })).close()
console.log(`open: ${(performance.now() - from).toFixed(0)} ms`)
await rm(directory, { recursive: true })
