import { Type } from 'typebox'

const text = Type.Optional(Type.String())
const number = Type.Optional(Type.Integer())
const yes = Type.Optional(Type.Boolean())
const texts = Type.Optional(Type.Array(Type.String()))
const time = Type.Optional(Type.String({ format: 'date-time' }))

const Name = Type.Object({
  distinguished_name: text,
  common_name: texts,
  country: texts,
  locality: texts,
  organization: texts,
  organizational_unit: texts,
  state_or_province: texts,
})

/** ECS `x509.*`. */
const X509 = Type.Object({
  version_number: text,
  serial_number: Type.Optional(Type.String({ description: 'Upper-case hex' })),
  signature_algorithm: Type.Optional(Type.String({ description: 'SHA256-RSA, ECDSA-SHA384, …' })),
  public_key_algorithm: text,
  public_key_size: Type.Optional(Type.Integer({ description: 'Bits' })),
  public_key_curve: text,
  public_key_exponent: number,
  alternative_names: Type.Optional(Type.Array(Type.String(), { description: 'DNS names, addresses, e-mail addresses, URIs' })),
  subject: Type.Optional(Name),
  issuer: Type.Optional(Name),
  not_before: time,
  not_after: time,
})

const certificate = {
  subject: Type.Optional(Type.String({ description: 'Distinguished name' })),
  issuer: text,
  not_before: time,
  not_after: time,
  hash: Type.Optional(Type.Object({ sha1: text, sha256: Type.Optional(Type.String({ description: 'Upper-case hex' })) })),
  x509: Type.Optional(X509),
}

/** ECS `tls.*`. */
export const Tls = Type.Object({
  version: Type.Optional(Type.String({ description: 'That was chosen: 1.2, 1.3' })),
  version_protocol: Type.Optional(Type.String({ description: 'tls, ssl' })),
  cipher: Type.Optional(Type.String({ description: 'Suite, as IANA names it' })),
  curve: Type.Optional(Type.String({ description: 'Group of the key exchange' })),
  next_protocol: Type.Optional(Type.String({ description: 'Agreed on by ALPN' })),
  established: Type.Optional(Type.Boolean({ description: 'Both sides finished the handshake' })),
  resumed: Type.Optional(Type.Boolean({ description: 'An earlier session went on' })),
  client: Type.Optional(
    Type.Object({
      server_name: Type.Optional(Type.String({ description: 'Name that the client asked for' })),
      ja3: Type.Optional(Type.String({ description: 'MD5' })),
      supported_ciphers: texts,
      ...certificate,
    }),
  ),
  server: Type.Optional(Type.Object({ ja3s: Type.Optional(Type.String({ description: 'MD5' })), ...certificate })),
})

const Chain = Type.Optional(
  Type.Array(
    Type.Object({
      subject: Type.String(),
      issuer: Type.String(),
      not_before: time,
      not_after: time,
      sha256: Type.String(),
      key: Type.String({ description: 'Algorithm or curve, and bits' }),
      ca: Type.Boolean(),
    }),
    { description: 'Certificates as they were shown, the own one first' },
  ),
)

/** What ECS has no name for. */
export const MoreOfTls = Type.Object({
  decryption: Type.Optional(Type.String({ description: 'decrypted, waiting for secrets, no secrets, wrong secrets, suite not supported' })),
  reason: Type.Optional(Type.String({ description: 'Why it is not decrypted, in words' })),
  ja4: text,
  offered: Type.Optional(
    Type.Object({
      versions: texts,
      groups: texts,
      signatures: texts,
      protocols: texts,
      extensions: texts,
      pre_shared_keys: number,
      ticket: Type.Optional(Type.Boolean({ description: 'It had a ticket of an earlier session' })),
      encrypted_hello: Type.Optional(Type.Boolean({ description: 'The true name is in an encrypted ClientHello' })),
    }),
  ),
  retried: Type.Optional(Type.Boolean({ description: 'The server asked for another ClientHello' })),
  early_data: Type.Optional(Type.String({ description: 'offered, accepted, rejected' })),
  extended_master_secret: yes,
  encrypt_then_mac: yes,
  prime_bits: Type.Optional(Type.Integer({ description: 'Of a key exchange without a named group' })),
  signature: Type.Optional(Type.String({ description: 'Scheme by which the server proved its key' })),
  client_signature: text,
  client_certificate: Type.Optional(Type.String({ description: 'requested, sent' })),
  chain: Chain,
  client_chain: Chain,
  stapled: Type.Optional(Type.Boolean({ description: 'An OCSP response came along' })),
  timestamps: Type.Optional(Type.Boolean({ description: 'Timestamps of certificate logs came along' })),
  tickets: number,
  ticket_lifetime: Type.Optional(Type.Integer({ description: 'Seconds' })),
  key_updates: number,
  handshake: Type.Optional(Type.Integer({ description: 'ns from the ClientHello to the end of the handshake' })),
  alerts: Type.Optional(
    Type.Array(
      Type.Object({
        from: Type.String({ description: 'client, server' }),
        at: Type.String({ format: 'date-time' }),
        fatal: Type.Boolean(),
        name: Type.String(),
        meaning: Type.String({ description: 'In plain words' }),
      }),
    ),
  ),
  client_random: Type.Optional(Type.String({ description: 'Hex: by which a key log names the session' })),
  encrypted_premaster: Type.Optional(
    Type.String({
      description: 'Hex, the first eight bytes of the encrypted premaster secret: by which lines `RSA` of a key log name the session',
    }),
  ),
  early_data_bytes: number,
  client_hello_hash: Type.Optional(Type.String({ description: 'Hex: what the secret of early data is made with' })),
  ssl2_hello: Type.Optional(Type.Boolean({ description: 'The client asked in the form of SSL 2' })),
  renegotiations: number,
  records_not_opened: Type.Optional(Type.Integer({ description: 'Records that were not what their secrets say' })),
  decrypted_side: Type.Optional(Type.String({ description: 'client, server: the only side that could be read' })),
  malformed: Type.Optional(Type.Array(Type.String(), { description: 'Messages that could not be read, and why' })),
})
