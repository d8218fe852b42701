/**
 * Records `test/fixtures/shop.pcap.gz`: the demo's shop for some seconds, captured with tcpdump on loopback, and beside it
 * `shop.truth.jsonl`: what its services say that they answered. Needs tcpdump and the right to capture.
 * Run it again only when the demo changes: each run gives another capture.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { FILTER } from '../demo/places.ts'
import type { Handled } from '../demo/service.ts'
import { pause } from '../demo/service.ts'
import { startShop } from '../demo/shop.ts'

const fixtures = new URL('../test/fixtures/', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'fixtures-'))
const capture = join(folder, 'shop.pcap')

const tcpdump = spawn('tcpdump', ['-i', 'lo', '-U', '-w', capture, `${FILTER} and (tcp or udp port 53)`], {
  stdio: ['ignore', 'ignore', 'pipe'],
})
await once(tcpdump.stderr, 'data') // "listening on lo"
const handled: Handled[] = []
const shop = await startShop({ rate: 25, seed: 20, handled: (call) => handled.push(call) })
await pause(3000)
await shop.stop()
await pause(2000) // the kernel hands packets over in blocks, a second late at most
await stopped(tcpdump)

writeFileSync(new URL('shop.pcap.gz', fixtures), gzipSync(readFileSync(capture), { level: 9 }))
writeFileSync(new URL('shop.truth.jsonl', fixtures), handled.map((call) => `${JSON.stringify(call)}\n`).join(''))
rmSync(folder, { recursive: true })
console.error(`${handled.length} calls`)

async function stopped(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGINT')
  await exit
}
