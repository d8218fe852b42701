import { Type } from 'typebox'
import { MoreOfTls, Tls } from './tls.ts'

const text = Type.Optional(Type.String())
const number = Type.Optional(Type.Integer())

const Question = Type.Object({ name: Type.String(), type: Type.String(), class: Type.String() })
const Resource = Type.Object({
  name: Type.String({ description: 'In lower case, without the last dot' }),
  type: Type.String(),
  class: Type.String(),
  ttl: Type.Integer({ description: 'Seconds' }),
  data: Type.Optional(Type.String({ description: 'As a zone file has it' })),
})

/** ECS `dns.*`. */
const Dns = Type.Object({
  id: text,
  op_code: text,
  type: Type.Optional(Type.Union([Type.Literal('query'), Type.Literal('answer')])),
  header_flags: Type.Optional(Type.Array(Type.String())),
  question: Type.Optional(Question),
  answers: Type.Optional(Type.Array(Resource)),
  resolved_ip: Type.Optional(Type.Array(Type.String())),
  response_code: text,
})

const Resources = Type.Optional(Type.Array(Resource))

/** What ECS has no name for. */
const MoreOfDns = Type.Object({
  questions: Type.Optional(Type.Array(Question, { description: 'All of them, when there are several' })),
  known_answers: Resources,
  authorities: Resources,
  additionals: Resources,
  edns: Type.Optional(
    Type.Object({
      size: Type.Integer({ description: 'Bytes of a datagram that the sender takes' }),
      version: Type.Integer(),
      options: Type.Array(Type.Object({ code: Type.String(), data: Type.String({ description: 'Hex' }) })),
    }),
  ),
  retries: Type.Optional(Type.Integer({ description: 'How often the question was sent again' })),
  transferred: Type.Optional(Type.Integer({ description: 'Records of a zone transfer' })),
})

const WebSocket = Type.Object({
  opcode: Type.String({ description: 'text, binary, close, ping, pong' }),
  fragments: number,
  compressed: Type.Optional(Type.Boolean()),
  protocol: Type.Optional(Type.String({ description: 'The subprotocol that was agreed on' })),
  close: Type.Optional(Type.Object({ code: Type.Integer(), reason: text })),
})

/** OpenTelemetry `db.*`. */
const Database = Type.Object({
  system: Type.Object({ name: Type.String() }),
  namespace: text,
  operation: Type.Optional(Type.Object({ name: Type.String() })),
  collection: Type.Optional(Type.Object({ name: Type.String() })),
  query: Type.Optional(
    Type.Object({ text: text, summary: Type.Optional(Type.String({ description: 'Operations and tables: of few values' })) }),
  ),
  response: Type.Optional(
    Type.Object({
      status_code: Type.Optional(Type.String({ description: 'SQLSTATE, or prefix of a Redis error' })),
      returned_rows: number,
    }),
  ),
})

const MoreOfDatabase = Type.Object({
  message: Type.Optional(Type.String({ description: 'What the database says of the error' })),
  detail: text,
  hint: text,
  attributes: Type.Optional(Type.String({ description: 'Attributes before a reply of Redis, as JSON' })),
  normalized: Type.Optional(Type.String({ description: 'Text of the query, its values replaced by ?' })),
  parameters: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
  statement: Type.Optional(Type.String({ description: 'Name of the prepared statement' })),
  portal: text,
  command_tag: text,
  affected_rows: number,
  transaction: Type.Optional(Type.String({ description: 'After it: idle, open, failed' })),
  first_row: Type.Optional(Type.Integer({ description: 'ns from the first byte of the query to the first row' })),
  notices: Type.Optional(Type.Array(Type.String())),
})

/** What protocols other than HTTP say of a call, under the names of ECS and of the OpenTelemetry semantic conventions: one entry a name at the top of the document. */
export const protocolFields = {
  db: Type.Optional(Database),
  user: Type.Optional(Type.Object({ name: Type.String({ description: 'Of the database' }) })),
  dns: Type.Optional(Dns),
  tls: Type.Optional(Tls),
}

/** What neither of them has a name for: one entry a protocol under `spider`. */
export const ownFields = {
  db: Type.Optional(MoreOfDatabase),
  dns: Type.Optional(MoreOfDns),
  websocket: Type.Optional(WebSocket),
  tls: Type.Optional(MoreOfTls),
}
