/** `duration` counts ns, `bytes` bytes; `text` is compared like `keyword`, and is long. */
export type FieldType = 'keyword' | 'text' | 'ip' | 'number' | 'duration' | 'bytes'
export type FieldFamily = 'exchanges' | 'sessions' | 'packets' | 'status' | 'hosts' | 'usage'

export interface Field {
  /** Full name: the path in the document. */
  name: string
  aliases: readonly string[]
  type: FieldType
  /** Families whose documents may have it. */
  of: readonly FieldFamily[]
  /** The document holds an array of values: one that fits is enough. */
  many?: true
  /** Looked at by bare words. */
  searched?: true
  /** All or the usual values, for completion before any were seen. */
  known?: readonly string[]
  description: string
  /** A filter that uses it. */
  example: string
}

type Options = Partial<Pick<Field, 'of' | 'many' | 'searched' | 'known'>>
const CALLS = ['exchanges'] as const
const BOTH = ['exchanges', 'sessions'] as const
const SESSIONS = ['sessions'] as const
const USAGE = ['usage'] as const
const WHERE = ['exchanges', 'sessions', 'usage'] as const

const field = (name: string, aliases: string, type: FieldType, description: string, example: string, options: Options = {}): Field => ({
  name,
  aliases: aliases === '' ? [] : aliases.split(' '),
  type,
  of: CALLS,
  description,
  example,
  ...options,
})

/** Every field that filters can name: the one table from which parser, completion, stores and documentation are made. */
export const FIELDS: readonly Field[] = [
  field('http.response.status_code', 'status', 'number', 'Status code of the response', 'status:5xx', {
    known: ['2xx', '3xx', '4xx', '5xx'],
  }),
  field('http.request.method', 'method', 'keyword', 'Method of the request', 'method:POST', {
    searched: true,
    known: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  }),
  field('event.action', 'action', 'keyword', 'The operation in a word: a method, a verb of SQL, a command', 'action:SELECT', {
    searched: true,
  }),
  field('event.outcome', 'outcome', 'keyword', 'How it went; unknown where no answer was seen', 'outcome:failure', {
    known: ['success', 'failure', 'unknown'],
  }),
  field('spider.summary', 'summary', 'text', 'What was asked, in one line; of HTTP the URL says it', 'summary:*orders*', {
    searched: true,
  }),
  field('url.domain', 'host', 'keyword', 'Host that was asked, without port', 'host:*.shop.example', { searched: true }),
  field('url.path', 'path', 'text', 'Path, without query', 'path:/api/*'),
  field('url.query', 'query', 'text', 'What follows the question mark', 'query:*page=2*'),
  field('url.full', 'url', 'text', 'Whole URL', 'url:http://shop.example/api/*', { searched: true }),
  field('url.scheme', 'scheme', 'keyword', 'Scheme of the URL', 'scheme:https', { known: ['http', 'https'] }),
  field('url.port', '', 'number', 'Port that was asked', 'url.port:8443'),
  field(
    'event.duration',
    'duration',
    'duration',
    'First byte of the request to last byte of the response; of a session, first to last packet',
    'duration>500ms',
    { of: BOTH },
  ),
  field('client.ip', 'client', 'ip', 'Address of the client', 'client:10.1.0.0/16', { of: WHERE, searched: true }),
  field('client.port', '', 'number', 'Port of the client', 'client.port:51234', { of: BOTH }),
  field('client.domain', '', 'keyword', 'Name of the client, as its address was resolved', 'client.domain:gateway', {
    of: WHERE,
    searched: true,
  }),
  field('server.ip', 'server', 'ip', 'Address of the server', 'server:10.2.0.7', { of: WHERE, searched: true }),
  field('server.port', 'port', 'number', 'Port of the server', 'port:8000..8099', { of: WHERE }),
  field('server.domain', '', 'keyword', 'Name of the server, as its address was resolved', 'server.domain:orders*', {
    of: WHERE,
    searched: true,
  }),
  field('network.protocol', 'protocol', 'keyword', 'Protocol spoken', 'protocol:http', { of: BOTH, known: ['http'] }),
  field('network.transport', 'transport', 'keyword', 'Transport below it', 'transport:tcp', { of: WHERE, known: ['tcp'] }),
  field('http.version', '', 'keyword', 'Version of HTTP', 'http.version:1.0', { known: ['1.0', '1.1', '2'] }),
  field('rpc.service', 'service', 'keyword', 'Service of a remote procedure call', 'service:shop.Cart'),
  field('rpc.method', '', 'keyword', 'Method of a remote procedure call', 'rpc.method:Get*'),
  field('rpc.grpc.status_code', 'grpc', 'number', 'Status code of gRPC', 'grpc>0'),
  field('http.request.mime_type', '', 'keyword', 'Content type of the request', 'http.request.mime_type:application/json'),
  field('http.response.mime_type', 'type', 'keyword', 'Content type of the response', 'type:text/*'),
  field('http.request.bytes', '', 'bytes', 'Request on the wire, head and body', 'http.request.bytes>1MB'),
  field('http.response.bytes', '', 'bytes', 'Response on the wire, head and body', 'http.response.bytes>1MB'),
  field('http.request.body.bytes', '', 'bytes', 'Body of the request, decoded', 'http.request.body.bytes:0'),
  field('http.response.body.bytes', 'size', 'bytes', 'Body of the response, decoded', 'size>10KB'),
  field('spider.request.bytes', '', 'bytes', 'Request on the wire, of other protocols than HTTP', 'spider.request.bytes>1MB'),
  field('spider.response.bytes', '', 'bytes', 'Answer on the wire, of other protocols than HTTP', 'spider.response.bytes>1MB'),
  field('user_agent.original', 'user_agent', 'text', 'User-Agent of the request', 'user_agent:*curl*', { searched: true }),
  field('trace.id', 'trace', 'keyword', 'Trace, as traceparent carried it', 'trace:4bf92f3577b34da6a3ce929d0e0e4736'),
  field('span.id', 'span', 'keyword', 'Span of the caller, as traceparent carried it', 'span:00f067aa0ba902b7'),
  field('dns.question.name', 'dns', 'keyword', 'Name that was asked for', 'dns:*.shop.example', { searched: true }),
  field('dns.question.type', '', 'keyword', 'Type of the records asked for', 'dns.question.type:AAAA', {
    known: ['A', 'AAAA', 'CNAME', 'HTTPS', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'],
  }),
  field('dns.response_code', 'rcode', 'keyword', 'How the server answered', 'rcode:NXDOMAIN', {
    known: ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'],
  }),
  field('dns.resolved_ip', '', 'ip', 'Addresses in the answer', 'dns.resolved_ip:10.2.0.0/24', { many: true }),
  field('db.system.name', 'db', 'keyword', 'Database that was asked', 'db:redis', { known: ['redis', 'postgresql'] }),
  field('db.operation.name', 'operation', 'keyword', 'Command, or verb of SQL', 'operation:"CONFIG SET"', { searched: true }),
  field('db.query.text', 'sql', 'text', 'Text of the query or command, secrets masked', 'sql:*orders*', { searched: true }),
  field('db.query.summary', '', 'keyword', 'Operations and tables of the query', 'db.query.summary:"SELECT orders"'),
  field('spider.db.normalized', 'normalized', 'text', 'Text of the query, its values replaced by ?', 'normalized:*WHERE id = ?*'),
  field('db.collection.name', 'table', 'keyword', 'Table of the query, where it is plain', 'table:orders'),
  field('db.namespace', '', 'keyword', 'Database within the server', 'db.namespace:shop'),
  field('db.response.status_code', 'sqlstate', 'keyword', 'Code of the error: SQLSTATE, or prefix of a Redis error', 'sqlstate:23505'),
  field('db.response.returned_rows', 'rows', 'number', 'Rows in the answer', 'rows>1000'),
  field('spider.db.message', '', 'text', 'What the database says of the error', 'spider.db.message:*timeout*'),
  field('user.name', 'user', 'keyword', 'User of the database', 'user:shop', { searched: true }),
  field('tls.version', 'tls', 'keyword', 'Version of TLS that was chosen', 'tls:1.3', { known: ['1.0', '1.1', '1.2', '1.3'] }),
  field('tls.cipher', 'cipher', 'keyword', 'Cipher suite that was chosen', 'cipher:*CBC*'),
  field('tls.curve', '', 'keyword', 'Group of the key exchange', 'tls.curve:x25519'),
  field('tls.client.server_name', 'sni', 'keyword', 'Name that the client of TLS asked for', 'sni:*.shop.example', { searched: true }),
  field('tls.next_protocol', 'alpn', 'keyword', 'Protocol that was agreed on within TLS', 'alpn:h2', { known: ['h2', 'http/1.1'] }),
  field('tls.client.ja3', 'ja3', 'keyword', 'Fingerprint JA3 of the client', 'ja3:773906b0efdefa24a7f2b8eb6985bf37'),
  field('tls.server.ja3s', 'ja3s', 'keyword', 'Fingerprint JA3S of the server', 'ja3s:eb1d94daa7e0344597e756a1fb6e7054'),
  field('spider.tls.ja4', 'ja4', 'keyword', 'Fingerprint JA4 of the client', 'ja4:t13d1516h2_*'),
  field(
    'tls.server.x509.subject.common_name',
    'certificate',
    'keyword',
    'Common name in the certificate of the server',
    'certificate:*.shop.example',
    {
      many: true,
      searched: true,
    },
  ),
  field('tls.server.x509.issuer.common_name', 'issuer', 'keyword', 'Who signed the certificate of the server', 'issuer:*Encrypt*', {
    many: true,
  }),
  field(
    'tls.server.x509.alternative_names',
    '',
    'keyword',
    'Names in the certificate of the server',
    'tls.server.x509.alternative_names:*.example',
    {
      many: true,
    },
  ),
  field('tls.server.not_after', 'not_after', 'keyword', 'When the certificate of the server expires, UTC', 'not_after:2026-01*'),
  field('tls.server.hash.sha256', '', 'keyword', 'SHA-256 of the certificate of the server', 'tls.server.hash.sha256:9F86D081*'),
  field(
    'tls.client.x509.subject.common_name',
    '',
    'keyword',
    'Common name in the certificate of the client',
    'tls.client.x509.subject.common_name:a*',
    {
      many: true,
    },
  ),
  field('spider.tls.decryption', 'decryption', 'keyword', 'How far what was said within TLS could be read', 'not decryption:decrypted', {
    known: ['decrypted', 'waiting for secrets', 'no secrets', 'wrong secrets', 'suite not supported'],
  }),
  field('spider.tls.handshake', '', 'duration', 'ClientHello to the end of the handshake of TLS', 'spider.tls.handshake>50ms'),
  field('spider.websocket.close.code', '', 'number', 'Why a WebSocket was closed', 'spider.websocket.close.code>1001'),
  field('error.code', 'error', 'keyword', 'What is wrong with bytes that are not of the protocol', 'error:*'),
  field('spider.status', 'capture', 'keyword', 'How much of it was seen', 'not capture:complete', {
    of: BOTH,
    known: ['complete', 'incomplete', 'pending', 'malformed'],
  }),
  field('spider.agents', 'agent', 'keyword', 'Agents that saw it', 'agent:web-*', { of: ['exchanges', 'sessions', 'packets'], many: true }),
  field('spider.session.id', 'session', 'keyword', 'TCP session', 'session:9f86d081884c7d659a2feaa0c55ad015', { of: BOTH }),
  field('spider.findings', 'finding', 'keyword', 'Breaches of the specification, weak TLS, expiring certificates', 'finding:bare-lf', {
    many: true,
  }),
  field('spider.upgrade', 'upgrade', 'keyword', 'Protocol that the connection went over to', 'upgrade:websocket'),
  field('spider.network.duration', 'network_time', 'duration', 'Share of the network, where both sides were seen', 'network_time>5ms'),
  field('event.id', 'id', 'keyword', 'Id of the document', 'id:9f86d081884c7d659a2feaa0c55ad015-0', {
    of: ['exchanges', 'sessions', 'packets', 'status', 'hosts', 'usage'],
  }),
  field('spider.state', 'state', 'keyword', 'How the session stands', 'state:reset', {
    of: ['sessions', 'status'],
    known: ['open', 'closed', 'reset', 'idle', 'ended'],
  }),
  field('spider.handshake', 'handshake', 'duration', 'SYN to the last ACK of the handshake', 'handshake>10ms', { of: SESSIONS }),
  field('spider.exchanges', 'calls', 'number', 'Calls read in the session', 'calls:0', { of: SESSIONS }),
  field('network.bytes', 'bytes', 'bytes', 'Payload in both directions', 'bytes>1MB', { of: SESSIONS }),
  field('network.packets', 'packets', 'number', 'Packets in both directions', 'packets<10', { of: SESSIONS }),
  field(
    'spider.sides.client.retransmissions',
    '',
    'number',
    'Packets that the client sent again',
    'spider.sides.client.retransmissions>0',
    { of: SESSIONS },
  ),
  field(
    'spider.sides.server.retransmissions',
    '',
    'number',
    'Packets that the server sent again',
    'spider.sides.server.retransmissions>0',
    { of: SESSIONS },
  ),
  field('spider.sides.client.missing_bytes', '', 'bytes', 'Bytes of the client that nobody saw', 'spider.sides.client.missing_bytes>0', {
    of: SESSIONS,
  }),
  field('spider.sides.server.missing_bytes', '', 'bytes', 'Bytes of the server that nobody saw', 'spider.sides.server.missing_bytes>0', {
    of: SESSIONS,
  }),
  field('spider.sessions', '', 'keyword', 'Sessions with packets in the block', 'spider.sessions:9f86d081884c7d659a2feaa0c55ad015', {
    of: ['packets'],
    many: true,
  }),
  field('spider.lane', '', 'keyword', 'Lane of the agent', 'spider.lane:web-1.k3f9/3', { of: ['packets'] }),
  field('agent.id', '', 'keyword', 'One start of one agent', 'agent.id:web-1.k3f9', { of: ['status', 'usage'] }),
  field('agent.name', '', 'keyword', 'Name of the agent', 'agent.name:web-1', { of: ['status'] }),
  field('host.ip', '', 'ip', 'Address', 'host.ip:10.2.0.0/24', { of: ['hosts'] }),
  field('host.name', '', 'keyword', 'Name of the address', 'host.name:*.shop.example', { of: ['hosts'] }),
  field('host.hostname', '', 'keyword', 'Host that the process runs on', 'host.hostname:web-1', { of: USAGE }),
  field('process.name', '', 'keyword', 'Process that sent and received', 'process.name:nginx', { of: USAGE }),
  field('process.pid', '', 'number', 'Its number', 'process.pid:812', { of: USAGE }),
  field('container.id', '', 'keyword', 'Its container', 'container.id:3f4e*', { of: USAGE }),
  field('network.direction', '', 'keyword', 'Outbound: the process is the client', 'network.direction:inbound', { of: USAGE }),
  field('client.bytes', '', 'bytes', 'Payload that the client sent', 'client.bytes>1MB', { of: USAGE }),
  field('client.packets', '', 'number', 'Messages that the client sent', 'client.packets>1000', { of: USAGE }),
  field('server.bytes', '', 'bytes', 'Payload that the server sent', 'server.bytes>1MB', { of: USAGE }),
  field('server.packets', '', 'number', 'Messages that the server sent', 'server.packets>1000', { of: USAGE }),
  field('spider.connections', '', 'number', 'Connections that were opened', 'spider.connections>100', { of: USAGE }),
  field('spider.failed', '', 'number', 'Connections that were refused or not answered', 'spider.failed>0', { of: USAGE }),
  field('spider.retransmissions', '', 'number', 'Segments that the process sent again', 'spider.retransmissions>0', { of: USAGE }),
]

/** Fields that people filter by: those of calls and sessions. */
export const USER_FIELDS = FIELDS.filter(({ of }) => of.includes('exchanges') || of.includes('sessions'))

const byName = new Map(FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)))

/** The field of a full name or alias. */
export const findField = (name: string): Field | undefined => byName.get(name)

export const fieldsOf = (family: FieldFamily): Field[] => FIELDS.filter(({ of }) => of.includes(family))

/** Does the type have an order, so that `<`, `>` and ranges mean something? */
export const isOrdered = (type: FieldType): boolean => type === 'number' || type === 'duration' || type === 'bytes'

/** Can documents be sorted by the field? Those of one value that is short can; addresses cannot, as stores do not agree on their order. */
export const isSortable = ({ type, many }: Field): boolean => !many && (isOrdered(type) || type === 'keyword')
