/** Child of the full disk test: its directory has little room. Prints what happened as one line of JSON. */
import { unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openState } from './state.ts'

const [room] = process.argv.slice(2)
writeFileSync(join(room, 'ballast'), Buffer.alloc(1 << 20))
const directory = join(room, 'state')
const state = await openState({ directory })
let kept = 0
let refusal: Error | undefined
while (!refusal) {
  const outcomes = await Promise.allSettled([1, 2, 3].map((i) => state.append('l', kept + i, Buffer.alloc(30_000, 'x'))))
  refusal = outcomes.find((outcome) => outcome.status === 'rejected')?.reason
  if (!refusal) kept += 3
}
const during = (await state.read('l', 0, 1000)).length
const sick = await state.health().then(
  () => 'well',
  (error: Error) => error.name,
)
unlinkSync(join(room, 'ballast'))
const after = await state.append('l', kept + 1, Buffer.from('room again'))
await state.health()
await state.close()
const again = await openState({ directory })
const found = (await again.read('l', 0, 1000)).length
await again.close()
console.log(
  JSON.stringify({
    name: refusal.name,
    message: refusal.message.replace(directory, 'DIR'),
    sick,
    lost: kept - during,
    after,
    lostAfter: kept + 1 - found,
  }),
)
