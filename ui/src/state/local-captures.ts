import { effect, signal } from '@preact/signals'
import { read, report } from './api.ts'
import { change } from './change.ts'

/** A capture on the server's own machine, as `/local-captures` has it: times in ms since 1970. */
export interface LocalCapture extends Wanted {
  id: string
  state: 'capturing' | 'stopping' | 'ended' | 'failed'
  started: number
  ended?: number
  captured: { packets: number; bytes: number }
  dropped: number
  reason?: 'stopped' | 'time' | 'size'
  message?: string
}

export interface Wanted {
  interfaces: string[]
  filter: string
  seconds: number
  bytes: number
}

interface Known {
  enabled: boolean
  interfaces: { name: string; addresses: string[] }[]
  items: LocalCapture[]
}

const EVERY = 1000

/** Undefined until the server said whether it captures. */
export const localCaptures = signal<Known | undefined>(undefined)
/** What the server said against the last wish. */
export const refusal = signal<{ message: string; field?: string } | undefined>(undefined)

async function refresh(): Promise<void> {
  try {
    localCaptures.value = await read<Known>('/local-captures')
  } catch (error) {
    report(error, (message) => {
      refusal.value = { message }
    })
  }
}

/** Follows how the captures go while somebody looks, at least one of them running. Answers what ends that. */
export function follow(): () => void {
  void refresh()
  return effect(() => {
    if (!localCaptures.value?.items.some(({ ended }) => ended === undefined)) return
    const timer = setTimeout(() => void refresh(), EVERY)
    return () => clearTimeout(timer)
  })
}

/** Asks for a change, and reads again what there is. Answers whether it was made. */
async function ask(wish: () => Promise<unknown>): Promise<boolean> {
  refusal.value = undefined
  try {
    await wish()
    return true
  } catch (error) {
    report(error, (message, field) => {
      refusal.value = { message, field }
    })
    refusal.value ??= { message: 'The server does not answer: try again when it is back.' }
    return false
  } finally {
    await refresh()
  }
}

export const start = (wanted: Wanted): Promise<boolean> => ask(() => change('POST', '/local-captures', wanted))
export const stop = ({ id }: LocalCapture): Promise<boolean> => ask(() => change('DELETE', `/local-captures/${encodeURIComponent(id)}`))
