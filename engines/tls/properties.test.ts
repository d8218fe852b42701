import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { certificates, type Spoken, talk } from './peers.case.ts'
import { exchangeInShort, inShort, type KeyLog, type PlayOptions, playTls } from './play.case.ts'

const spoken: [string, Spoken][] =
  certificates === undefined
    ? []
    : [
        ['TLS 1.3', await talk({ answers: [37, 9000, 2000, 0] })],
        ['TLS 1.3 with a client certificate and another hello', await talk({ curve: 'P-384', clientCertificate: true })],
        ['TLS 1.2', await talk({ version: 'TLSv1.2', answers: [37, 9000, 2000] })],
        ['TLS 1.2 with CBC', await talk({ version: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA', answers: [37, 3000] })],
        ['TLS 1.0', await talk({ version: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0', answers: [37, 3000, 20] })],
      ]

const shown = (said: Spoken['connections'][0], options: PlayOptions) => {
  const { handshakes, exchanges } = playTls(said, options)
  return [...handshakes.map(inShort), ...exchanges.map(exchangeInShort)]
}

describe.each(spoken)('%s', (_, { connections: [said], log }) => {
  const whole = shown(said, { known: log })
  const length = said.reduce((sum, { bytes }) => sum + bytes.length, 0)

  it('is opened', () => {
    expect(whole[0]).toMatch(/^complete success: peer.example TLS .* \(decrypted\)/)
    expect(whole.slice(1).every((line) => line.startsWith('complete: GET'))).toBe(true)
  })

  it('is the same however it is cut, and saved and loaded at any byte', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 }), fc.nat(6), (segments, every) => {
        expect(shown(said, { known: log, segments, restart: (index) => index % (every + 1) === 0 })).toEqual(whole)
      }),
      { numRuns: 15 },
    )
    expect(shown(said, { known: log, segments: [1], restart: (index) => index % 397 === 0 })).toEqual(whole)
  })

  it('is the same whenever its secrets come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 50, max: 3000 }), { minLength: 1, maxLength: 5 }),
        fc.nat(12),
        fc.boolean(),
        (segments, before, restarts) => {
          const late = [
            { before, log },
            { before: before + 1, log },
            { before: -1, log },
          ]
          expect(shown(said, { segments, late, restart: () => restarts })).toEqual(whole)
        },
      ),
      { numRuns: 15 },
    )
    expect(shown(said, { late: [{ before: -1, log }] })).toEqual(whole)
  })

  it('says that it waits, and for what', () => {
    const { handshakes, awaited, exchanges, pending } = playTls(said, {})
    expect(awaited).toEqual([expect.stringMatching(Object.keys(log)[0])])
    expect(pending).toHaveLength(1)
    expect(handshakes.map(inShort)).toEqual([expect.stringMatching(/\(no secrets: nobody told them\).* not-decrypted$/)])
    expect(exchanges).toEqual([])
  })

  it('says of wrong secrets that they are, and takes right ones yet', () => {
    const turned = (secret: string) => secret.replaceAll(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
    const wrong: KeyLog = Object.fromEntries(
      Object.entries(log).map(([random, secrets]) => [
        random,
        Object.fromEntries(Object.entries(secrets).map(([label, secret]) => [label, turned(secret)])),
      ]),
    )
    expect(shown(said, { known: wrong })).toEqual([expect.stringMatching(/\(wrong secrets.*\).* not-decrypted$/)])
    expect(shown(said, { known: wrong, late: [{ before: -1, log }] })).toEqual(whole)
  })

  it('keeps its secrets out of what is saved', () => {
    const { saved } = playTls(said, { known: log, segments: [700], restart: () => true })
    for (const secret of Object.values(Object.values(log)[0])) expect(saved).not.toContain(secret)
  })

  it('goes on after any loss: no call is made up, and what is whole is told as it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1500 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (segment, from, count, restarts) => {
          const { handshakes, exchanges } = playTls(said, {
            known: log,
            segments: [segment],
            lose: (index) => index >= from && index < from + count,
            restart: () => restarts,
          })
          expect(handshakes.length).toBeLessThanOrEqual(1)
          for (const exchange of exchanges) if (exchange.status === 'complete') expect(whole).toContain(exchangeInShort(exchange))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('never throws and never stalls on bytes that were changed', () => {
    fc.assert(
      fc.property(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), fc.integer({ min: 200, max: 2000 }), (at, by, segment) => {
        let left = at
        const changed = said.map(({ side, bytes }) => {
          const copy = Uint8Array.from(bytes)
          if (left >= 0 && left < copy.length) copy[left] ^= by
          left -= bytes.length
          return { side, bytes: copy }
        })
        playTls(changed, { known: log, segments: [segment], restart: (index) => index % 5 === 0 })
      }),
      { numRuns: 40 },
    )
  })
})
