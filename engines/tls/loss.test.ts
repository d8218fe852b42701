import { describe, expect, it } from 'vitest'
import { certificates, type Spoken, talk } from './peers.case.ts'
import { inShort, type PlayOptions, playTls } from './play.case.ts'

const SIZES = [10, 60_000, 20]
const SEGMENT = 1000
const cases: [string, Parameters<typeof talk>[0]][] = [
  ['TLS 1.3 with GCM', {}],
  ['TLS 1.3 with ChaCha20, records of 700 bytes', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', maxSend: 700 }],
  ['TLS 1.2 with GCM', { version: 'TLSv1.2', maxSend: 4000 }],
  ['TLS 1.2 with CCM', { version: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-CCM', ecdsa: true }],
  ['TLS 1.2 with CBC', { version: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-SHA384' }],
  ['TLS 1.0 with CBC, whose records are chained', { version: 'TLSv1', ciphers: 'ECDHE-RSA-AES128-SHA:@SECLEVEL=0', maxSend: 2000 }],
]
const spoken: [string, Spoken][] = []
if (certificates !== undefined) for (const [name, options] of cases) spoken.push([name, await talk({ ...options, answers: SIZES })])

describe.each(spoken)('after a loss, %s', (name, { connections: [said], log }) => {
  const isCbc = name.includes('CBC')
  const play = (options: PlayOptions) => playTls(said, { known: log, segments: [SEGMENT], ...options })
  /** The segments of the server, by their number among all: those in the middle of the long answer. */
  const middle: number[] = []
  play({
    lose(index, side, bytes) {
      if (side === 1 && bytes === SEGMENT) middle.push(index)
      return false
    },
  })

  it.each([1, 3, 20])('of %d segments in the middle of an answer goes on, and says how much is missing', (count) => {
    const from = middle[Math.floor(middle.length / 2) - 10]
    const { exchanges, handshakes } = play({ lose: (index) => index >= from && index < from + count })
    if (isCbc) {
      // How much of the lost bytes was padding is not seen from without, so what follows may not be read whole; but it is opened.
      expect(exchanges.map(({ status }) => status).slice(0, 2)).toEqual(['complete', 'incomplete'])
      expect(exchanges[1].missing[0].reason).toBe('not captured')
      expect(JSON.stringify(handshakes[0].fields)).not.toContain('records_not_opened')
    } else {
      expect(exchanges.map(({ status }) => status)).toEqual(['complete', 'incomplete', 'complete'])
      const [{ bytes, reason }] = exchanges[1].missing
      expect([exchanges[1].missing.length, reason]).toEqual([1, 'not captured'])
      // Records that were cut are lost whole.
      expect(bytes).toBeGreaterThan(count * SEGMENT - 1200)
      expect(bytes).toBeLessThan(count * SEGMENT + 34_000)
      expect(exchanges[1].response!.bodyWireBytes).toBe(SIZES[1])
    }
    expect(inShort(handshakes[0])).toMatch(/^complete success.*decrypted/)
    const again = play({ lose: (index) => index >= from && index < from + count, restart: (index) => index % 7 === 0 })
    expect(again.exchanges).toEqual(exchanges)
    const late = play({ known: {}, lose: (index) => index >= from && index < from + count, late: [{ before: -1, log }] })
    expect(late.exchanges.map(({ status, missing }) => [status, missing[0]?.bytes])).toEqual(
      exchanges.map(({ status, missing }) => [status, missing[0]?.bytes]),
    )
  })
})
