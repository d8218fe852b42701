import { Type } from 'typebox'

/** What protocols other than HTTP say of a call, under the names of ECS and of the OpenTelemetry semantic conventions: one entry a name at the top of the document. */
export const protocolFields = {}
