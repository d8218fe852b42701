import type { Call, Part, Value } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { toCallDocument } from './call.ts'
import type { Output } from './output.ts'
import type { DocumentContext } from './parts.ts'
import { PartsJson } from './parts-json.ts'

/** What every document says, so that a protocol which says it too is put together as an object first. */
const COMMON = ['@timestamp', 'event', 'client', 'server', 'network', 'error']

const OPENED = '{'.charCodeAt(0)
const NOTHING: Uint8Array = new Uint8Array(0)

/** Writes documents of calls of any protocol but HTTP as JSON, straight from the facts. What is the same for a connection's calls is remembered for the last one. */
export class CallJson {
  private readonly context: DocumentContext
  private readonly out: Output
  private readonly parts: PartsJson
  private connection: Connection | undefined = undefined
  private protocol = ''
  private readonly names: [client: string | undefined, server: string | undefined] = [undefined, undefined]
  private endpoints = NOTHING
  private session = NOTHING

  constructor(context: DocumentContext, out: Output) {
    this.context = context
    this.out = out
    this.parts = new PartsJson(context, out)
  }

  /** Writes what `toCallDocument` gives. */
  document(call: Call, connection: Connection): void {
    const { out, parts } = this
    const { fields } = call
    if (COMMON.some((name) => name in fields)) {
      out.json(JSON.stringify(toCallDocument(call, connection, this.context)))
      return
    }
    this.speakOf(connection, call.protocol)
    parts.beginning(call, connection, call.action, call.outcome)
    out.again(this.endpoints)
    parts.error(call, call.protocol)
    for (const name in fields) if (name !== 'spider') out.field(name, fields[name], ',')
    out.constant(',"spider":{')
    const { spider } = fields
    if (spider !== undefined) out.fields(spider as { [name: string]: Value })
    if (out.last !== OPENED) out.raw(',')
    out.again(this.session)
    parts.ending(call)
    this.part(',"request":{', call.request)
    this.part(',"response":{', call.response)
    out.raw('}}')
  }

  private speakOf(connection: Connection, protocol: string): void {
    const { names } = this
    const client = this.context.names(connection.client.ip)
    const server = this.context.names(connection.server.ip)
    if (this.connection === connection && this.protocol === protocol && names[0] === client && names[1] === server) return
    this.connection = connection
    this.protocol = protocol
    names[0] = client
    names[1] = server
    this.endpoints = Buffer.from(`${this.parts.endpoints(connection, protocol, names)}}`)
    this.session = Buffer.from(this.parts.session(connection))
  }

  private part(title: string, part: Part | undefined): void {
    if (part === undefined) return
    const { out, parts } = this
    out.constant(title)
    if (part.mimeType !== undefined) {
      parts.field('"mime_type":', part.mimeType)
      out.raw(',')
    }
    out.raw('"bytes":')
    out.integer(part.wireBytes)
    if (part.body !== undefined) parts.body(part.body)
    out.raw('}')
  }
}
