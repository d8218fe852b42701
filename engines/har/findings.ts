/** Findings of calls that come from an archive: that they do, that it does not say how large they were on the wire, or that it has no answer. */
export const FROM_HAR = 'from-har'
export const WIRE_SIZE_UNKNOWN = 'wire-size-unknown'
export const NO_ANSWER_RECORDED = 'no-answer-recorded'

/** Who asked is in no archive, and who answered not in all. */
export const UNKNOWN_CLIENT = '0.0.0.0'
export const UNKNOWN_SERVER = '::'
