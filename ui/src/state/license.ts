import { effect, signal } from '@preact/signals'
import type { LicenseDocument } from '#events/documents/license.ts'
import { Problem, read, report } from './api.ts'
import { renewed } from './connection.ts'

/** The license and what is counted; undefined until it was read, and where nothing is metered. */
export const license = signal<LicenseDocument | undefined>(undefined)
const REFRESH = 60_000
const NOT_METERED = 404

/** Reads it anew. */
export async function refresh(): Promise<void> {
  try {
    license.value = await read<LicenseDocument>('/license')
  } catch (error) {
    if (error instanceof Problem && error.status === NOT_METERED) return
    report(error, () => {})
  }
}

effect(() => {
  void renewed.value
  void refresh()
  const timer = setInterval(() => !document.hidden && void refresh(), REFRESH)
  return () => clearInterval(timer)
})
