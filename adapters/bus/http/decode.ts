import type { IncomingHttpHeaders } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { type Event, type EventType, InvalidEvent, TooLarge, UnknownType, UnknownVersion } from '#events/define.ts'
import { decodeValue } from './attributes.ts'

export type Registry = ReadonlyMap<string, EventType<unknown>>

/** The body's encoding is none that can be undone here: answer 415 with `Accept-Encoding: <ACCEPTED_ENCODINGS>`, and the sender uses another (RFC 7694). */
export class UnsupportedEncoding extends InvalidEvent {
  override name = 'UnsupportedEncoding'
}

const DECODERS: Record<string, (bytes: Uint8Array, bounds: { maxOutputLength: number }) => Uint8Array> = {
  zstd: zstdDecompressSync,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

export const ACCEPTED_ENCODINGS = Object.keys(DECODERS).join(', ')

/** RFC 3339 date-time, as CloudEvents want it. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/**
 * The event of an HTTP request: CloudEvents 1.0 in binary mode (HTTP protocol binding 1.0, 3.1). The body's content encoding is undone, up to `maxBytes`, and its data are checked by
 * the event type. Throws `InvalidEvent` with what is wrong.
 */
export function decodeCloudEvent(headers: IncomingHttpHeaders, body: Uint8Array, registry: Registry, maxBytes = 64 << 20): Event {
  const attribute = (name: string): string | undefined => {
    const value = headers[`ce-${name}`]
    return typeof value === 'string' && value !== '' ? decodeValue(value) : undefined
  }
  const required = (name: string): string => {
    const value = attribute(name)
    if (value === undefined) throw new InvalidEvent(`the header ce-${name} is missing: events are taken as CloudEvents 1.0 in binary mode`)
    return value
  }
  const version = required('specversion')
  if (version !== '1.0') throw new InvalidEvent(`ce-specversion is ${version}: this takes 1.0`)
  const type = required('type')
  const eventType = registry.get(type)
  if (!eventType) throw unknown(type, registry)
  checkContentType(headers['content-type'], eventType)
  return {
    id: required('id'),
    type,
    source: required('source'),
    subject: attribute('subject'),
    time: checkTime(attribute('time')),
    partitionkey: attribute('partitionkey'),
    sequence: checkSequence(attribute('sequence')),
    traceparent: attribute('traceparent'),
    data: eventType.check(eventType.codec.decode(undoEncoding(headers['content-encoding'], body, maxBytes))),
  }
}

/** Of a type that is known in another version, the versions that are. */
function unknown(type: string, registry: Registry): InvalidEvent {
  const name = type.replace(/\.v\d+$/, '')
  const versions = [...registry.keys()].filter((each) => each.replace(/\.v\d+$/, '') === name)
  if (versions.length === 0) return new UnknownType(`events of type ${type} are not known here`)
  return new UnknownVersion(`events of type ${type} are not known in this version: here it is ${versions.join(' or ')}`)
}

function checkContentType(header: string | undefined, { type, codec }: EventType<unknown>): void {
  const given = header?.split(';', 1)[0].trim().toLowerCase()
  if (given !== codec.contentType)
    throw new InvalidEvent(`the content type is ${given ?? 'missing'}: data of ${type} are ${codec.contentType}`)
}

function checkTime(time: string | undefined): string {
  if (time === undefined) return new Date().toISOString()
  if (!TIME.test(time) || Number.isNaN(Date.parse(time)))
    throw new InvalidEvent(`ce-time is ${time}: it must be a time like 2026-01-05T10:00:00Z`)
  return time
}

function checkSequence(sequence: string | undefined): number | undefined {
  if (sequence === undefined) return undefined
  if (!/^\d{1,15}$/.test(sequence)) throw new InvalidEvent(`ce-sequence is ${sequence}: it must be a whole number`)
  return Number(sequence)
}

/** Encodings are listed in the order they were applied (RFC 9110, 8.4); one is enough. */
function undoEncoding(header: string | undefined, body: Uint8Array, maxBytes: number): Uint8Array {
  const encoding = header?.trim().toLowerCase()
  if (body.length > maxBytes) throw new TooLarge(`the body is larger than ${maxBytes} bytes`)
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined
  if (!decode) throw new UnsupportedEncoding(`the content encoding ${encoding} is not known here: use one of ${ACCEPTED_ENCODINGS}`)
  try {
    return decode(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new TooLarge(`the body is larger than ${maxBytes} bytes when its ${encoding} is undone`)
    throw new InvalidEvent(`the body is not ${encoding}: ${(error as Error).message}`)
  }
}
