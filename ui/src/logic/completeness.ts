import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { isFromArchive, unknownOf } from './archive.ts'
import { bytes, count } from './format.ts'

type Status = ExchangeDocument['spider']['status']

const MEANINGS: Record<Status, string> = {
  complete: 'every byte of request and response was captured',
  incomplete: 'bytes are missing',
  pending: 'the answer, or its end, has not come yet',
  malformed: 'the bytes are not what the protocol allows',
}

/** One line for each stretch that is missing: `response: 2.9 kB missing at byte 14,480 of the stream (dropped by kernel)`. */
export const missingLines = (missing: ExchangeDocument['spider']['missing']): string[] =>
  missing.map(
    ({ direction, offset, bytes: size, reason }) =>
      `${direction}: ${size > 0 ? bytes(size) : 'an unknown number of bytes'} missing at byte ${count(offset)} of the stream (${reason})`,
  )

/** What the badge of a call says when asked. */
export function completeness(call: ExchangeDocument): string[] {
  if (isFromArchive(call)) return [`from an HTTP Archive: recorded, not captured. It does not say: ${unknownOf(call).join(', ')}`]
  const { status, missing } = call.spider
  const lines = missingLines(missing)
  if (status === 'incomplete' && lines.length > 0) return lines
  return [`${status}: ${call.error?.message ?? MEANINGS[status]}`, ...lines]
}
