import { hostsResolved } from '#events/hosts-resolved.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'hosts',
  summary: 'Keeps the names of addresses',
  trigger: 'event',
  consumes: [listed(hostsResolved)],
  produces: [],
  scaling: { concurrency: 4, queue: 256, why: 'small and rare' },
}
