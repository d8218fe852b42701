import type { Static } from 'typebox'
import type { Estimate, Offer } from '#engines/license/estimate.ts'
import { HOUR } from '#engines/license/hours.ts'
import type { Line } from '#engines/license/regularisation.ts'
import type { Contract } from './office.ts'
import type { ContractDocument, EstimateDocument, LineDocument } from './schemas.ts'

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
