import { effect, signal } from '@preact/signals'
import type { LocalCapture, LocalCaptureList, LocalCaptureRequest } from '#events/documents/local-capture.ts'
import { read, report } from './api.ts'
import { change } from './change.ts'

const EVERY = 1000

/** Undefined until the server said whether it captures. */
export const localCaptures = signal<LocalCaptureList | undefined>(undefined)
/** What the server said against the last wish. */
export const refusal = signal<{ message: string; field?: string } | undefined>(undefined)

async function refresh(): Promise<void> {
  try {
    localCaptures.value = await read<LocalCaptureList>('/local-captures')
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

export const start = (wanted: LocalCaptureRequest): Promise<boolean> => ask(() => change('POST', '/local-captures', wanted))
export const stop = ({ id }: LocalCapture): Promise<boolean> => ask(() => change('DELETE', `/local-captures/${encodeURIComponent(id)}`))
