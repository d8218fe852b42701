import { computed, effect, signal } from '@preact/signals'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { latest } from '../logic/latest.ts'
import { read, report } from './api.ts'
import { rows } from './calls.ts'
import { renewed } from './connection.ts'
import { address, call } from './place.ts'

/** The opened call with its bodies, as far as it was read. */
const whole = signal<ExchangeDocument | undefined>(undefined)
export const failure = signal<string | undefined>(undefined)
export const session = signal<SessionDocument | undefined>(undefined)
export const packets = signal<{ items: SessionPacket[]; total: number } | undefined>(undefined)
export const sessionFailure = signal<string | undefined>(undefined)

/** The opened call: whole when it was read, meanwhile what the grid knows of it. */
export const selected = computed<ExchangeDocument | undefined>(() => {
  const id = call.value
  if (!id) return undefined
  return whole.value?.event.id === id ? whole.value : rows.value.items.find(({ event }) => event.id === id)
})
export const bodiesRead = computed(() => whole.value !== undefined && whole.value.event.id === call.value)

const run = latest()
const version = signal(0)

/** Calls came or changed; if the opened one is among them it is read again. */
export function changed(items: ExchangeDocument[]): void {
  if (items.some(({ event }) => event.id === call.peek())) version.value++
}

effect(() => {
  const id = call.value
  void [version.value, renewed.value]
  failure.value = undefined
  if (!id) return
  run(async (stop) => {
    try {
      whole.value = await read<ExchangeDocument>(`/exchanges/${encodeURIComponent(id)}`, {}, stop)
    } catch (error) {
      report(error, (message) => {
        failure.value = message
      })
    }
  })
})

/** The session whose packets are wanted: that of the opened call, while a tab shows it. */
const wanted = computed(() => (['session', 'packets'].includes(address.value.tab) ? selected.value?.spider.session.id : undefined))
const runSession = latest()

effect(() => {
  const id = wanted.value
  void [version.value, renewed.value]
  if (!id) return
  if (session.peek()?.spider.session.id !== id) {
    session.value = undefined
    packets.value = undefined
  }
  sessionFailure.value = undefined
  runSession(async (stop) => {
    try {
      const path = `/sessions/${encodeURIComponent(id)}`
      const [document, list] = await Promise.all([
        read<SessionDocument>(path, {}, stop),
        read<{ items: SessionPacket[]; total: number }>(`${path}/packets`, {}, stop),
      ])
      session.value = document
      packets.value = list
    } catch (error) {
      report(error, (message) => {
        sessionFailure.value = message
      })
    }
  })
})
