import { coresOf, HOUR, type Hours } from '#engines/license/hours.ts'
import type { LicenseDocument } from '#events/documents/license.ts'

/** The hours from `from` to `to` (ms since 1970), in order. */
export const hourDocuments = (hours: Hours, from: number, to: number): LicenseDocument['hours'] =>
  [...hours]
    .filter(([hour]) => (hour + 1) * HOUR > from && hour * HOUR < to)
    .sort(([one], [other]) => one - other)
    .map(([hour, parts]) => ({ hour: new Date(hour * HOUR).toISOString(), cores: coresOf(hours, hour), cpu: Object.fromEntries(parts) }))
