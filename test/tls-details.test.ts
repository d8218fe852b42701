/** What the page shows of a handshake of TLS. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusPath, hasCorpus } from '#engines/pcap/corpus.case.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { eventually, type Server, startServer } from './support/server.ts'

describe.skipIf(noBrowser || !hasCorpus)('details of a handshake', () => {
  const data = mkdtempSync(join(tmpdir(), 'spider-tls-'))
  const errors: string[] = []
  let server: Server
  let browser: Browser
  let tab: Page
  beforeAll(async () => {
    const captures = ['ssl-cert-name-mismatch.pcap', 'tls_alert.pcap'].map((name) => corpusPath(`files/ndpi/pcap/${name}`))
    server = await startServer(data, '--no-capture', ...captures)
    browser = await openBrowser()
    tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    tab.on('pageerror', (error) => errors.push(error.message))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await server.stop()
    rmSync(data, { recursive: true })
  })

  const open = async (filter: string, part: 'request' | 'response'): Promise<string> => {
    const call = await eventually(async () => {
      const span = { from: '2021-01-01T00:00:00Z', to: '2022-01-01T00:00:00Z' }
      const { items } = await server.get<{ items: { event: { id: string } }[] }>(
        `/api/v1/exchanges?${new URLSearchParams({ q: filter, ...span })}`,
      )
      return items[0]
    })
    await tab.goto(`${server.url}/?${new URLSearchParams({ call: call.event.id, tab: part })}`)
    await tab.locator('.message').getByText('Handshake').or(tab.locator('.message').getByText('JA4')).first().waitFor()
    return (await tab.locator('.message').textContent()) ?? ''
  }

  it('say what was chosen, which certificates came, what is wrong with them, and why nothing is decrypted', async () => {
    const text = await open('sni:wrong.host.badssl.com', 'response')
    expect(text).toMatch(/^What was said is not decrypted: the secrets of the session are not known/)
    for (const words of [
      'the certificate is for other names than the one asked for',
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'secp256r1',
      '*.badssl.com, badssl.com',
      '1845B216EFD0839A1851A957325DA336217049CB',
      'CN=DigiCert Global Root CA',
      '2020-03-23 – 2022-05-17',
    ])
      expect(text).toContain(words)
  })

  it('say what was offered', async () => {
    const text = await open('certificate:*.badssl.com', 'request')
    for (const words of [
      'wrong.host.badssl.com',
      'rsa_pkcs1_sha512',
      '4e69e4e5627c5e4c2846ba3e64d23fb9',
      't12d3810h1_845d1e55a368_7448b1316cd7',
    ])
      expect(text).toContain(words)
  })

  it('say in plain words why a handshake failed', async () => {
    expect(await open('sni:www.google-analytics.com', 'response')).toContain('protocol_version: the version that was offered is not taken')
  })

  it('filter by a fact', async () => {
    await open('sni:wrong.host.badssl.com', 'response')
    const suite = tab.locator('.message tr', { hasText: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' })
    await suite.hover()
    await suite.getByRole('button', { name: 'Only calls like this' }).click()
    await expect.poll(() => new URL(tab.url()).searchParams.get('q')).toBe('cipher:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
  })

  it('did all this without an error', () => expect(errors).toEqual([]))
})
