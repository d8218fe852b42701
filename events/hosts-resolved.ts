import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const HostsResolved = Type.Object({
  agent: Type.String(),
  hosts: Type.Array(
    Type.Object({
      ip: Type.String(),
      name: Type.String(),
      origin: Type.Union([Type.Literal('dns-answer'), Type.Literal('resolver'), Type.Literal('hosts-file')]),
      at: Type.Number({ description: 'ms since 1970' }),
    }),
    { maxItems: 1000 },
  ),
})
export type HostsResolved = Static<typeof HostsResolved>

/** Names of addresses, from DNS answers that the agent saw or from its resolver. */
export const hostsResolved = defineEvent({
  type: 'hosts.resolved.v1',
  summary: 'An agent learned names of addresses',
  schema: HostsResolved,
  codec: json<HostsResolved>(),
  example: { agent: 'web-1.k3f9', hosts: [{ ip: '10.2.0.7', name: 'orders.shop.example', origin: 'dns-answer', at: 1767607200000 }] },
})
