import { type Static, Type } from 'typebox'
import { ownFields, protocolFields } from './protocols.ts'

const Endpoint = Type.Object({
  ip: Type.String(),
  port: Type.Integer(),
  domain: Type.Optional(Type.String({ description: 'Name of the address as the agents saw it resolved' })),
})

const Header = Type.Array(Type.String(), { minItems: 2, maxItems: 2, description: '[name, value]' })

const FormField = Type.Object({
  name: Type.Optional(Type.String()),
  file: Type.Optional(Type.String({ description: 'Its file name' })),
  mime_type: Type.Optional(Type.String()),
  bytes: Type.Integer(),
  content: Type.String(),
  encoding: Type.Union([Type.Literal('utf-8'), Type.Literal('base64')]),
  truncated: Type.Optional(Type.Boolean({ description: 'content is only the beginning' })),
})
export type FormField = Static<typeof FormField>

const Body = Type.Object({
  bytes: Type.Integer({ description: 'Decoded' }),
  sha256: Type.Optional(Type.String({ description: 'Over the whole decoded body; absent when some of it is missing' })),
  content: Type.Optional(
    Type.String({ description: 'Text as it is, other bodies in base64 (see encoding). Only in the answer for one exchange' }),
  ),
  encoding: Type.Optional(Type.Union([Type.Literal('utf-8'), Type.Literal('base64')])),
  truncated: Type.Optional(Type.Boolean({ description: 'content is only the beginning' })),
  fields: Type.Optional(Type.Array(FormField, { description: 'Of a form, or the parts of a multipart body, where content stands here' })),
  undecoded: Type.Optional(Type.String({ description: 'Why the content coding could not be undone' })),
  ref: Type.Optional(Type.String({ description: 'Where the content lies in the blob store: reference#offset+length' })),
})

const Message = {
  mime_type: Type.Optional(Type.String()),
  bytes: Type.Integer({ description: 'On the wire, head and body' }),
  headers: Type.Array(Header),
  trailers: Type.Optional(Type.Array(Header)),
  body: Body,
}

/** A direction of a call whose protocol has no place of its own for it. */
const Part = Type.Object({
  mime_type: Type.Optional(Type.String()),
  bytes: Type.Integer({ description: 'On the wire' }),
  body: Type.Optional(Body),
})

const Span = Type.Object(
  { first: Type.Number(), last: Type.Number() },
  { description: 'Capture times of first and last byte, µs since 1970' },
)

export const Missing = Type.Object({
  direction: Type.Union([Type.Literal('request'), Type.Literal('response')]),
  offset: Type.Integer({ description: 'In the stream, from its first byte' }),
  bytes: Type.Integer(),
  reason: Type.String(),
})

/** One call, of any protocol. Names are the Elastic Common Schema's where it has one, else under `spider`. */
export const ExchangeDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'First byte of the request, ISO 8601 with microseconds' }),
    event: Type.Object({
      id: Type.String(),
      start: Type.String(),
      end: Type.String(),
      duration: Type.Integer({ description: 'ns, first byte of the request to last byte of the response' }),
      action: Type.Optional(Type.String({ description: 'The operation in a word: a method, a verb of SQL, a command, a type of record' })),
      outcome: Type.Optional(Type.Union([Type.Literal('success'), Type.Literal('failure'), Type.Literal('unknown')])),
    }),
    client: Endpoint,
    server: Endpoint,
    network: Type.Object({ protocol: Type.String(), transport: Type.String() }),
    http: Type.Optional(
      Type.Object({
        version: Type.String(),
        request: Type.Optional(Type.Object({ method: Type.String(), ...Message })),
        response: Type.Optional(
          Type.Object({
            status_code: Type.Integer(),
            reason: Type.Optional(Type.String()),
            interim: Type.Optional(Type.Array(Type.Integer())),
            ...Message,
          }),
        ),
      }),
    ),
    url: Type.Optional(
      Type.Object({
        original: Type.String(),
        full: Type.String(),
        scheme: Type.String(),
        domain: Type.Optional(Type.String()),
        port: Type.Optional(Type.Integer()),
        path: Type.String(),
        query: Type.Optional(Type.String()),
      }),
    ),
    user_agent: Type.Optional(Type.Object({ original: Type.String() })),
    trace: Type.Optional(Type.Object({ id: Type.String() })),
    span: Type.Optional(Type.Object({ id: Type.String({ description: 'Of the caller, as sent in traceparent' }) })),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    ...protocolFields,
    spider: Type.Object({
      team: Type.String(),
      agents: Type.Array(Type.String(), { description: 'Who saw it' }),
      session: Type.Object({ id: Type.String() }),
      status: Type.Union([Type.Literal('complete'), Type.Literal('incomplete'), Type.Literal('pending'), Type.Literal('malformed')]),
      missing: Type.Array(Missing),
      findings: Type.Optional(Type.Array(Type.String())),
      upgrade: Type.Optional(Type.String()),
      summary: Type.Optional(Type.String({ description: 'What was asked, in one line; of HTTP the URL says it' })),
      ...ownFields,
      request: Type.Optional(Part),
      response: Type.Optional(Part),
      messages: Type.Optional(
        Type.Array(
          Type.Object({
            direction: Type.Union([Type.Literal('request'), Type.Literal('response')]),
            at: Type.Number({ description: 'Capture time, µs since 1970' }),
            bytes: Type.Integer(),
            type: Type.Optional(Type.String()),
          }),
          { description: 'Messages within a call that streams, in order of time' },
        ),
      ),
      time: Type.Object({ request: Type.Optional(Span), response: Type.Optional(Span) }),
      observers: Type.Optional(
        Type.Array(
          Type.Object({
            agent: Type.String(),
            time: Type.Object({ request: Type.Optional(Span), response: Type.Optional(Span) }),
            status: Type.String(),
          }),
          { description: 'When several agents saw it: what each measured, on its own clock' },
        ),
      ),
      network: Type.Optional(
        Type.Object({
          duration: Type.Integer({
            description: 'ns of the call spent between the observers: what the outer measured more than the inner',
          }),
        }),
      ),
    }),
  },
  { $id: 'Exchange', title: 'Exchange' },
)
export type ExchangeDocument = Static<typeof ExchangeDocument>
