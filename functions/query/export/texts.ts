import type { Blobs } from '#adapters/blobs/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { harEntries, toHar } from '../../lane/har.ts'
import { withBodies } from '../bodies.ts'
import type { Pages } from './calls.ts'
import { csvRecord, csvRow } from './csv.ts'

/** Calls whose bodies are in memory at a time. */
const WITH_BODIES = 8

/** Comma separated values (RFC 4180), the names of the fields first. */
export async function* csv({ pages }: Pages, fields: readonly string[]): AsyncGenerator<string> {
  yield csvRecord(fields)
  for await (const calls of pages) yield calls.map((call) => csvRow(call, fields)).join('')
}

/** One JSON document a line. */
export async function* ndjson({ pages }: Pages, bodies: Blobs | undefined): AsyncGenerator<string> {
  for await (const calls of pages)
    for await (const some of bodies ? filled(bodies, calls) : [calls]) yield some.map((call) => `${JSON.stringify(call)}\n`).join('')
}

/** An HTTP Archive 1.2 of the calls of HTTP among them, with their bodies. */
export async function* har({ pages }: Pages, blobs: Blobs): AsyncGenerator<string> {
  const { entries: _, ...log } = toHar([]).log
  yield `{"log":${JSON.stringify(log).slice(0, -1)},"entries":[`
  let between = '\n'
  for await (const calls of pages)
    for await (const some of filled(blobs, calls))
      for (const entry of some.flatMap(harEntries)) {
        yield between + JSON.stringify(entry)
        between = ',\n'
      }
  yield '\n]}}\n'
}

async function* filled(blobs: Blobs, calls: readonly ExchangeDocument[]): AsyncGenerator<ExchangeDocument[]> {
  for (let i = 0; i < calls.length; i += WITH_BODIES)
    yield await Promise.all(calls.slice(i, i + WITH_BODIES).map((call) => withBodies(blobs, call)))
}
