import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { endOfCapture } from '#events/packets-captured.ts'
import { openShared, Spider } from '#functions/sessions/capture.case.ts'
import { sectionsOf } from './support/sections.ts'

const packets = gunzipSync(readFileSync(new URL('fixtures/shop.pcap.gz', import.meta.url)))
const sections = [...sectionsOf(packets, 200).map(({ bytes }) => bytes), endOfCapture]

it('a store that was emptied, while the state was kept, gets every call again from whoever sends it', async () => {
  const shared = await openShared()
  const spider = await Spider.open(shared, 'red')
  const stored = async (agent: string): Promise<number> => {
    for (const [index, section] of sections.entries()) await spider.send(index + 1, section, agent)
    await spider.drained()
    const { total } = (await spider.adapters.store.extent(spider.scope))!
    await spider.end()
    return total
  }
  const first = await stored('one')
  for (const agent of ['two', 'three']) {
    spider.adapters.store = await openDuckDb({ directory: ':memory:' })
    expect(await stored(agent), agent).toBe(first)
    await spider.adapters.store.close()
  }
  await shared.close()
})
