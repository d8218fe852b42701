import { cpuOf, HOUR, type Hours } from '#engines/license/hours.ts'
import type { UsageStatistics } from '#events/documents/statistics.ts'
import { causeOf } from './cause.ts'

/** Hours that can still change, before the ones that the server has not heard of. */
const STILL_OPEN = 8 * 24 * HOUR

export interface Reported {
  license: string
  installation: string
  version: string
  anonymous: boolean
  /** When statistics were accepted last, ms since 1970. */
  acceptedAt: number
}

/** The statistics to be sent now. */
export const reportOf = (
  hours: Hours,
  { license, installation, version, anonymous, acceptedAt }: Reported,
  now: number,
): UsageStatistics => ({
  license,
  installation,
  version,
  sentAt: new Date(now).toISOString(),
  hours: [...hours]
    .filter(([hour]) => (hour + 1) * HOUR > acceptedAt - STILL_OPEN && hour * HOUR <= now)
    .sort(([one], [other]) => one - other)
    .map(([hour, parts]) => ({
      hour: new Date(hour * HOUR).toISOString(),
      cpu: anonymous ? { all: cpuOf(hours, hour) } : Object.fromEntries(parts),
    })),
})

/** What became of statistics that were sent. */
export interface Sent {
  report: UsageStatistics
  at: number
  accepted: boolean
  /** Why not. */
  reason: string | undefined
}

const PATIENCE_MS = 30_000

/** Sends statistics with the license as bearer token. Never throws: that it failed, and why, is the answer. */
export async function send(report: UsageStatistics, server: string, token: string, at: number): Promise<Sent> {
  try {
    const response = await fetch(new URL('/api/v1/statistics', server), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(report),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (response.ok) return { report, at, accepted: true, reason: undefined }
    const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
    return { report, at, accepted: false, reason: `The license server refused them (${response.status})${detail ? `: ${detail}` : '.'}` }
  } catch (error) {
    return { report, at, accepted: false, reason: `The license server could not be reached: ${causeOf(error as Error)}.` }
  }
}
