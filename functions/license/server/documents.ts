import type { Static } from 'typebox'
import type { Estimate, Offer } from '#engines/license/estimate.ts'
import { coresOf, HOUR, type Hours } from '#engines/license/hours.ts'
import type { Line } from '#engines/license/regularisation.ts'
import type { Contract } from './office.ts'
import type { ContractDocument, EstimateDocument, HourDocument, LineDocument } from './schemas.ts'

const iso = (at: number): string => new Date(at).toISOString()

export const contractDocument = ({ id, owner, terms }: Contract): Static<typeof ContractDocument> => ({
  id,
  owner,
  terms: terms.map(({ cores, price, from, to }) => ({ cores, price, from: iso(from), to: iso(to) })),
})

export const lineDocument = ({ from, to, used, prepaid, extra, charge }: Line): Static<typeof LineDocument> => ({
  from: iso(from),
  to: iso(to),
  used: used / HOUR,
  prepaid: prepaid / HOUR,
  extra: extra / HOUR,
  charge,
})

export const estimateDocument = ({ average, asIs, best, saved }: Estimate): Static<typeof EstimateDocument> => ({
  ...(average !== undefined && { average }),
  as_is: offerDocument(asIs),
  best: offerDocument(best),
  saved,
})

const offerDocument = ({ lines, ...offer }: Offer) => ({ ...offer, lines: lines.map(lineDocument) })

/** The hours from `from` to `to` (ms since 1970), in order. */
export const hourDocuments = (hours: Hours, from: number, to: number): Static<typeof HourDocument>[] =>
  [...hours]
    .filter(([hour]) => (hour + 1) * HOUR > from && hour * HOUR < to)
    .sort(([one], [other]) => one - other)
    .map(([hour, parts]) => ({ hour: iso(hour * HOUR), cores: coresOf(hours, hour), cpu: Object.fromEntries(parts) }))
