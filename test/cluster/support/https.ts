import { endEvent, https, packetEvents, secretsEvent } from '../../support/secrets.ts'
import { sendEvents } from './burst.ts'
import { timed } from './cluster.ts'
import { expectHandshake, expectOpened } from './exchanges.ts'

/** HTTPS is opened by secrets that come before the packets, and by those that come after. */
export async function expectHttps(elasticsearch: string): Promise<void> {
  await timed('HTTPS, secrets before', async () => {
    const early = https('https13')
    await sendEvents([
      secretsEvent('early-cipher', early.keyLog),
      ...packetEvents('early', early.packets),
      endEvent('early', early.packets.length + 1),
    ])
    await expectOpened(elasticsearch, 'early', early)
  })
  await timed('HTTPS, secrets after', async () => {
    const late = https('https12')
    await sendEvents([...packetEvents('late', late.packets), endEvent('late', late.packets.length + 1)])
    await expectHandshake(elasticsearch, 'no secrets')
    await sendEvents([secretsEvent('late-cipher', late.keyLog)])
    await expectOpened(elasticsearch, 'late', late)
  })
}
