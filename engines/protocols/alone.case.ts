import type { Host } from './protocol.ts'

/** Of a host whose reader carries no other protocol. */
export const alone: Pick<Host, 'secrets' | 'inside' | 'loadInside'> = {
  secrets: () => undefined,
  inside: () => {
    throw new Error('nothing is inside')
  },
  loadInside: () => {
    throw new Error('nothing is inside')
  },
}
