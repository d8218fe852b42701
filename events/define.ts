import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'

/** A CloudEvent (1.0) with its data decoded. Transport is the bus's business. */
export interface Event<Data = unknown> {
  id: string
  type: string
  /** Who sent it, as a URI reference: `/agents/<agent>`, `/functions/<name>`. */
  source: string
  subject?: string
  /** ISO 8601. */
  time: string
  /** The unit of order, and its place in it. */
  partitionkey?: string
  sequence?: number
  traceparent?: string
  data: Data
}

/** How the data of an event type travel. */
export interface Codec<Data> {
  contentType: string
  encode(data: Data): Uint8Array
  /** Throws `InvalidEvent` when the bytes are not of this form. */
  decode(bytes: Uint8Array): Data
}

/** The event's data are not what its type says. `detail` says what is wrong and where. */
export class InvalidEvent extends Error {
  override name = 'InvalidEvent'
}

/** The event's data are larger than what is taken. */
export class TooLarge extends InvalidEvent {
  override name = 'TooLarge'
}

/** The event comes from nobody who sends such events. */
export class UnknownSource extends InvalidEvent {
  override name = 'UnknownSource'
}

/** The event is of a type that is not known here. */
export class UnknownType extends InvalidEvent {
  override name = 'UnknownType'
}

/** The type is known, and not in this version. */
export class UnknownVersion extends InvalidEvent {
  override name = 'UnknownVersion'
}

export interface EventType<Data> {
  /** `<noun>.<past participle>.v<version>`. */
  type: string
  summary: string
  schema: TSchema
  codec: Codec<Data>
  example: Data
  /** Makes the event; the id follows from the data, so that a redelivery is the same event. */
  make(
    source: string,
    data: Data,
    attributes: { id: string; time: string; subject?: string; partitionkey?: string; sequence?: number },
  ): Event<Data>
  /** Checks data that came from outside. Throws `InvalidEvent`. */
  check(data: unknown): Data
}

/** Bytes, as they come out of a binary codec. `description` is for the generated documents. */
export const Bytes = (options: object = {}) =>
  Type.Refine(
    Type.Unsafe<Uint8Array>(options),
    (value) => value instanceof Uint8Array,
    () => 'must be bytes',
  )

const text = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) }

export const json = <Data>(): Codec<Data> => ({
  contentType: 'application/json',
  encode: (data) => text.encoder.encode(JSON.stringify(data)),
  decode: (bytes) => {
    try {
      return JSON.parse(text.decoder.decode(bytes)) as Data
    } catch (error) {
      throw new InvalidEvent(`the body is not JSON: ${(error as Error).message}`)
    }
  },
})

/** Defines an event type: the one place where its name, schema, codec and example stand. */
export function defineEvent<Schema extends TSchema, Data = Static<Schema>>(definition: {
  type: string
  summary: string
  schema: Schema
  codec: Codec<Data>
  example: Data
}): EventType<Data> {
  const checker = Compile(definition.schema)
  return {
    ...definition,
    make: (source, data, attributes) => ({ type: definition.type, source, ...attributes, data }),
    check(data) {
      if (checker.Check(data)) return data as Data
      const first = [...checker.Errors(data)][0]
      throw new InvalidEvent(`${definition.type}: ${first?.instancePath || 'data'} ${first?.message ?? 'does not fit the schema'}`)
    },
  }
}
