import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { TABS } from '../../logic/address.ts'
import { ABOUT_ARCHIVES, isFromArchive } from '../../logic/archive.ts'
import { actionOf, summaryOf } from '../../logic/call.ts'
import { completeness } from '../../logic/completeness.ts'
import { equals } from '../../logic/refine.ts'
import { findingInWords } from '../../logic/tls.ts'
import { only } from '../../state/filter.ts'
import { address, go } from '../../state/place.ts'
import { bodiesRead, failure } from '../../state/selected.ts'
import { Tabs } from '../../widgets/Tabs.tsx'
import { termOf } from '../fields.ts'
import { Badge, endpoint, Status } from '../parts.tsx'
import { Close } from './Close.tsx'
import { Compare } from './Compare.tsx'
import { CopyMenu } from './CopyMenu.tsx'
import { Frieze } from './Frieze.tsx'
import { Message } from './Message.tsx'
import { Packets } from './Packets.tsx'
import { Related } from './Related.tsx'
import { Session } from './Session.tsx'
import { Value } from './Value.tsx'

const TITLES = {
  response: 'Response',
  request: 'Request',
  session: 'Session',
  packets: 'Packets',
  related: 'Related',
  compare: 'Compare',
} as const

/** Everything known of one call. */
export function Call({ call }: { call: ExchangeDocument }) {
  const { tab } = address.value
  return (
    <>
      <Head call={call} />
      <Frieze call={call} />
      <Missing call={call} />
      {failure.value && <p class="error notice">{failure.value}</p>}
      <Tabs
        label="Parts of the call"
        tabs={TABS.map((name) => ({ name, title: TITLES[name] }))}
        chosen={tab}
        onChoose={(name) => go({ tab: name }, 'replace')}
      >
        {tab === 'request' || tab === 'response' ? (
          <Message key={tab} call={call} side={tab} read={bodiesRead.value} />
        ) : isFromArchive(call) && (tab === 'session' || tab === 'packets') ? (
          <p class="soft padded">This call comes from an HTTP Archive, which knows nothing of connections and packets.</p>
        ) : tab === 'session' ? (
          <Session call={call} />
        ) : tab === 'packets' ? (
          <Packets key={call.spider.session.id} call={call} />
        ) : tab === 'related' ? (
          <Related call={call} />
        ) : (
          <Compare key={call.event.id} call={call} bodies={bodiesRead.value} />
        )}
      </Tabs>
    </>
  )
}

function Head({ call }: { call: ExchangeDocument }) {
  const { http, url, client, server, spider } = call
  return (
    <header class="details-head">
      <div class="details-title">
        <h2>
          <b>{actionOf(call)}</b> {summaryOf(call) ?? '(the request was not captured)'}
        </h2>
        <p>
          <Value term={termOf(call, 'status')}>
            <Status call={call} /> {http?.response?.reason ?? call.error?.message}
          </Value>{' '}
          <span class="soft">·</span>{' '}
          <Value term={client.domain ? equals('client.domain', client.domain) : equals('client.ip', client.ip)}>{endpoint(client)}</Value>{' '}
          <span class="soft">→</span>{' '}
          <Value term={server.domain ? equals('server.domain', server.domain) : equals('server.ip', server.ip)}>{endpoint(server)}</Value>
        </p>
        <p>
          <Value term={termOf(call, 'capture')}>
            <Badge call={call} />
          </Value>{' '}
          <span class="soft">seen by</span>{' '}
          {spider.agents.map((agent) => (
            <Value key={agent} term={equals('spider.agents', agent)}>
              {agent}
            </Value>
          ))}
          {call.trace && (
            <>
              <span class="soft"> · trace</span> <Value term={equals('trace.id', call.trace.id)}>{call.trace.id}</Value>
            </>
          )}
        </p>
        <div class="details-buttons">
          {http?.request && <CopyMenu call={call} />}
          <span class="soft">only this</span>
          <button type="button" class="quiet" onClick={() => only(equals('spider.session.id', spider.session.id))}>
            session
          </button>
          {url?.domain && (
            <button type="button" class="quiet" onClick={() => only(equals('url.domain', url.domain!))}>
              host
            </button>
          )}
          {url && (
            <button type="button" class="quiet" onClick={() => only(equals('url.path', url.path))}>
              path
            </button>
          )}
          {http?.response && (
            <button type="button" class="quiet" onClick={() => only(equals('http.response.status_code', http.response!.status_code))}>
              status
            </button>
          )}
        </div>
      </div>
      <Close />
    </header>
  )
}

/** What of the call was not captured, and why; nothing when all of it was. */
function Missing({ call }: { call: ExchangeDocument }) {
  const { status, findings = [], upgrade } = call.spider
  const others = findings.filter((code) => findingInWords(code) === undefined && !ABOUT_ARCHIVES.includes(code))
  const lines = [
    ...(status === 'complete' && !isFromArchive(call) ? [] : completeness(call)),
    ...(others.length ? [`not as the specification says: ${others.join(', ')}`] : []),
    ...(upgrade ? [`the connection went over to ${upgrade}`] : []),
  ]
  if (lines.length === 0) return null
  return (
    <ul class={`notice notice-${status}`} aria-label="Completeness">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
