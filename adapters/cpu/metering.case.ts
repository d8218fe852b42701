/** A process that works for a while in threads of its own and is metered: readings are lines on its standard output. With `killed` it goes on until somebody ends it. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { LicenseUsage } from '#events/license-usage.ts'
import { Metering } from './metering.ts'

const bus = { publish: async ({ data }: { data: unknown }) => void process.stdout.write(`${JSON.stringify(data as LicenseUsage)}\n`) }
const failed = (error: Error): never => {
  throw error
}
const metering = new Metering({ part: 'parsing', source: '/functions/parsing', bus, failed })
const until = process.argv[2] === 'killed' ? Number.POSITIVE_INFINITY : Date.now() + 2_500
const bytes = Buffer.alloc(4 << 20, 'spider')
while (Date.now() < until) {
  createHash('sha256').update(bytes).digest()
  await promisify(gzip)(bytes)
  await sleep(0)
}
await metering.stop()
