import type { ComponentChildren } from 'preact'
import { findField } from '#engines/query/fields.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { equals } from '../../logic/refine.ts'
import { certificateFacts, chainOf, chosen, type Fact, findingInWords, notDecrypted, offered } from '../../logic/tls.ts'
import { Value } from './Value.tsx'

/** A handshake of TLS: what was offered or chosen, the certificates, and what went wrong. */
export function Tls({ call, side }: { call: ExchangeDocument; side: 'request' | 'response' }) {
  const peer = side === 'request' ? 'client' : 'server'
  const reason = notDecrypted(call)
  const findings = (call.spider.findings ?? []).flatMap((code) => {
    // What is above it says why.
    const words = reason !== undefined && code === 'not-decrypted' ? undefined : findingInWords(code)
    return words === undefined ? [] : [{ code, words }]
  })
  return (
    <>
      {reason && <p class="notice">{reason}</p>}
      <Alerts call={call} />
      {findings.length > 0 && (
        <Part title="Findings">
          <ul class="tree">
            {findings.map(({ code, words }) => (
              <li key={code}>
                <Value term={equals('spider.findings', code)}>{words}</Value>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={side === 'request' ? 'Offered by the client' : 'Chosen by the server'}>
        <Facts facts={side === 'request' ? offered(call) : chosen(call)} />
      </Part>
      <Certificates call={call} peer={peer} />
    </>
  )
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="pairs" open>
      <summary>
        <h3>{title}</h3>
      </summary>
      {children}
    </details>
  )
}

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <table>
      <tbody>
        {facts.map(({ name, value, field }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Value term={term(field, value)}>{value}</Value>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The version is shown with its protocol, and filtered by without. */
const term = (field: string | undefined, value: string) =>
  field !== undefined && findField(field) ? equals(field, field === 'tls.version' ? (value.split(' ').at(-1) ?? value) : value) : undefined

function Alerts({ call }: { call: ExchangeDocument }) {
  const alerts = call.spider.tls?.alerts ?? []
  if (alerts.length === 0) return null
  return (
    <Part title="Alerts">
      <table>
        <tbody>
          {alerts.map(({ from, at, fatal, name, meaning }) => (
            <tr key={`${from} ${at} ${name}`}>
              <th scope="row">
                {from}, {fatal ? 'fatal' : 'warning'}
              </th>
              <td>
                {name}: {meaning}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  )
}

function Certificates({ call, peer }: { call: ExchangeDocument; peer: 'client' | 'server' }) {
  const chain = chainOf(call, peer)
  if (chain.length === 0) return null
  return (
    <Part title={`Certificates of the ${peer}`}>
      <Facts facts={certificateFacts(call, peer)} />
      <table class="sides">
        <thead>
          <tr>
            <th scope="col">Subject</th>
            <th scope="col">Signed by</th>
            <th scope="col">Valid</th>
            <th scope="col">Key</th>
          </tr>
        </thead>
        <tbody>
          {chain.map(({ subject, issuer, not_before, not_after, key, sha256 }) => (
            <tr key={sha256} title={`SHA-256 ${sha256}`}>
              <td>{subject}</td>
              <td>{issuer}</td>
              <td>
                {not_before?.slice(0, 10)} – {not_after?.slice(0, 10)}
              </td>
              <td>{key}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  )
}
