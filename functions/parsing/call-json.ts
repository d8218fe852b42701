import type { Call, Part, Value } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { toCallDocument } from './call.ts'
import type { ConnectionJson } from './connection-json.ts'
import { type Output, pieceOf } from './output.ts'
import type { DocumentContext } from './parts.ts'
import type { PartsJson } from './parts-json.ts'

/** What every document says, so that a protocol which says it too is put together as an object first. */
const COMMON: ReadonlySet<string> = new Set(['@timestamp', 'event', 'client', 'server', 'network', 'error'])

const OPENED = '{'.charCodeAt(0)
const SPIDER = pieceOf(',"spider":{')
const REQUEST = pieceOf(',"request":{')
const RESPONSE = pieceOf(',"response":{')
const MIME_TYPE = pieceOf('"mime_type":')
const BYTES = pieceOf('"bytes":')
const NEXT_BYTES = pieceOf(',"bytes":')

/** Writes documents of calls of any protocol but HTTP as JSON, straight from the facts. */
export class CallJson {
  private readonly context: DocumentContext
  private readonly out: Output
  private readonly parts: PartsJson
  private readonly connections: ConnectionJson

  constructor(context: DocumentContext, out: Output, parts: PartsJson, connections: ConnectionJson) {
    this.context = context
    this.out = out
    this.parts = parts
    this.connections = connections
  }

  /** Writes what `toCallDocument` gives. */
  document(call: Call, connection: Connection): void {
    const { out, parts } = this
    const { fields } = call
    for (const name in fields) {
      if (!COMMON.has(name)) continue
      out.json(JSON.stringify(toCallDocument(call, connection, this.context)))
      return
    }
    const pieces = this.connections.of(connection, call.protocol)
    parts.beginning(call, pieces, call.action, call.outcome)
    out.again(pieces.endpoints)
    parts.error(call, call.protocol)
    for (const name in fields) if (name !== 'spider') out.field(name, fields[name], false)
    out.again(SPIDER)
    const { spider } = fields
    if (spider !== undefined) out.fields(spider as { [name: string]: Value })
    if (out.last !== OPENED) out.raw(',')
    out.again(pieces.session)
    parts.ending(call)
    this.part(REQUEST, call.request)
    this.part(RESPONSE, call.response)
    out.raw('}}')
  }

  private part(title: Uint8Array, part: Part | undefined): void {
    if (part === undefined) return
    const { out, parts } = this
    out.again(title)
    parts.field(MIME_TYPE, part.mimeType)
    out.again(part.mimeType === undefined ? BYTES : NEXT_BYTES)
    out.integer(part.wireBytes)
    if (part.body !== undefined) parts.body(part.body)
    out.raw('}')
  }
}
