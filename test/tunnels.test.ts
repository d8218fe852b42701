/** A call that went through a tunnel, dropped as a capture: its packets show every layer, each with its bytes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import { encodeVxlan } from '#engines/packet/vxlan.ts'
import { conversation } from '#engines/tcp/talk.case.ts'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser, openTab } from './support/browser.ts'
import { drop } from './support/drop.ts'
import { pictures } from './support/pictures.ts'
import { eventually, type Server, startServer } from './support/server.ts'

if (noBrowser) console.error(`tunnels: ${noBrowser}`)

const ENDS = { source: '192.0.2.1', target: '192.0.2.2', protocol: 17 }
const NETWORK = 77

/** A call of HTTP whose frames two hosts pass on in VXLAN, as a pcap file. */
function capture(): Uint8Array {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65_535, 16)
  head.writeUInt32LE(1, 20)
  const talk = conversation([
    { side: 0, data: 'GET /within HTTP/1.1\r\nHost: shop.example\r\n\r\n' },
    { side: 1, data: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell' },
  ])
  const records = talk.map(({ bytes, at }) => {
    const packet = encodeEthernet(encodeIpv4(encodeUdp(encodeVxlan(bytes, NETWORK), 50_000, 4789), ENDS), 0x0800)
    const record = Buffer.alloc(16)
    record.writeUInt32LE(Math.floor(at / 1e6))
    record.writeUInt32LE(at % 1e6, 4)
    record.writeUInt32LE(packet.length, 8)
    record.writeUInt32LE(packet.length, 12)
    return Buffer.concat([record, packet])
  })
  return Buffer.concat([head, ...records])
}

describe.skipIf(noBrowser)('a call within a tunnel', () => {
  let folder: string
  let server: Server
  let browser: Browser
  let tab: Tab
  const errors: string[] = []
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-tunnels-'))
    server = await startServer(folder, '--no-capture')
    browser = await openBrowser()
    tab = await openTab(browser, server.url, errors)
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  it('shows each layer of its packets, and where its values lie', async () => {
    await drop(tab, 'tunnel.pcap', capture())
    const call = await eventually(async () => (await server.find('path:/within', 1)).items[0])
    await tab.goto(`${server.url}/?from=0&call=${call.event.id}&tab=packets`)
    const panel = tab.locator('.details')
    await panel.getByLabel('Packets').getByRole('button').first().click()
    const packet = panel.getByLabel('Packet 1', { exact: true })
    await packet.getByRole('button', { name: /^VXLAN/ }).waitFor()
    const names = (await packet.locator('.layer-name').allTextContents()).map((name) => name.replace(/ \d+ bytes.*$/, ''))
    const ip = ['Ethernet', 'Internet Protocol 4']
    expect(names.slice(0, 7)).toEqual([...ip, 'User Datagram Protocol', 'VXLAN', ...ip, 'Transmission Control Protocol'])
    await packet.getByRole('button', { name: 'Network' }).hover()
    const marked = packet.getByLabel('Bytes of packet 1').locator('.on:not(.text)')
    expect((await marked.allTextContents()).map((text) => text.trim()).join('')).toBe(NETWORK.toString(16).padStart(6, '0'))
    expect(await faultsOf(tab, '.details')).toEqual([])
    await pictures(tab, 'tunnel')
    expect(errors).toEqual([])
  })
})
