import { FROM_HAR, NO_ANSWER_RECORDED, UNKNOWN_SERVER, WIRE_SIZE_UNKNOWN } from '#engines/har/findings.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** Findings that say where a call comes from, not what is wrong with it. */
export const ABOUT_ARCHIVES: readonly string[] = [FROM_HAR, WIRE_SIZE_UNKNOWN, NO_ANSWER_RECORDED]

export const isFromArchive = ({ spider }: ExchangeDocument): boolean => spider.findings?.includes(FROM_HAR) ?? false

export const isWireSizeUnknown = ({ spider }: ExchangeDocument): boolean => spider.findings?.includes(WIRE_SIZE_UNKNOWN) ?? false

/** What the archive does not say of a call that comes from it. */
export function unknownOf(call: ExchangeDocument): string[] {
  const { server, spider } = call
  return [
    "the client's address",
    ...(server.ip === UNKNOWN_SERVER ? ["the server's address"] : []),
    ...(isWireSizeUnknown(call) ? ['sizes on the wire'] : []),
    ...(spider.findings?.includes(NO_ANSWER_RECORDED) ? ['whether there was an answer'] : []),
    'its connection and packets',
  ]
}
