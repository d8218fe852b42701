import { type Found, isCall } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { CallJson } from './call-json.ts'
import { ConnectionJson } from './connection-json.ts'
import { HttpJson } from './http/json.ts'
import { Output } from './output.ts'
import type { DocumentContext } from './parts.ts'
import { PartsJson } from './parts-json.ts'

/** Writes documents of calls as JSON, one line each. `JSON.parse` of a line gives what `documentOf` gives. */
export class JsonLines {
  private readonly out = new Output()
  private readonly http: HttpJson
  private readonly calls: CallJson

  constructor(context: DocumentContext) {
    const { out } = this
    const parts = new PartsJson(context, out)
    const connections = new ConnectionJson(context)
    this.http = new HttpJson(context, out, parts, connections)
    this.calls = new CallJson(context, out, parts, connections)
  }

  /** Bytes of the lines written since they were taken last. */
  get length(): number {
    return this.out.length
  }

  /** The lines written since the last time. Valid until the next is written. */
  take(): Buffer {
    const lines = this.out.bytes.subarray(0, this.out.length)
    this.out.length = 0
    return lines
  }

  /** Writes a document and a line end. */
  write(found: Found, connection: Connection): void {
    this.document(found, connection)
    this.out.raw('\n')
  }

  /** As `write`, as a string without a line end. */
  text(found: Found, connection: Connection): string {
    const from = this.out.length
    this.document(found, connection)
    const text = this.out.bytes.toString('utf8', from, this.out.length)
    this.out.length = from
    return text
  }

  private document(found: Found, connection: Connection): void {
    if (isCall(found)) this.calls.document(found, connection)
    else this.http.document(found, connection)
  }
}

const writers = new WeakMap<DocumentContext, JsonLines>()

/** The document that `documentOf` gives, as JSON. What repeats is remembered for each `context`: hand in the same one. For files and pipes, `JsonLines` spares the string. */
export const jsonOf = (found: Found, connection: Connection, context: DocumentContext): string => {
  let writer = writers.get(context)
  if (writer === undefined) {
    writer = new JsonLines(context)
    writers.set(context, writer)
  }
  return writer.text(found, connection)
}
