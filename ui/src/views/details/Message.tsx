import { parameters, sentParameters } from '#engines/media/parameters.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { isWireSizeUnknown } from '../../logic/archive.ts'
import { fieldsOf, partOf } from '../../logic/call.ts'
import { bytes, count } from '../../logic/format.ts'
import { header, headerLines } from '../../logic/headers.ts'
import { contains, equals } from '../../logic/refine.ts'
import { url } from '../../state/api.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { Body } from './Body.tsx'
import { CachingView } from './CachingView.tsx'
import { Cookies } from './Cookies.tsx'
import { Fields } from './Fields.tsx'
import { Messages } from './Messages.tsx'
import { Pairs } from './Pairs.tsx'
import { Tls } from './Tls.tsx'
import { TokenView } from './TokenView.tsx'
import { Value } from './Value.tsx'

interface Props {
  call: ExchangeDocument
  side: 'request' | 'response'
  /** Bodies were asked for. */
  read: boolean
}

/** What the protocol says of a call as a whole, and one side of it. */
export function Message({ call, side, read }: Props) {
  return (
    <div class="message">
      <Fields fields={fieldsOf(call)} />
      {call.network.protocol === 'tls' && <Tls call={call} side={side} />}
      {call.http?.[side] ? (
        <HttpMessage call={call} side={side} read={read} />
      ) : partOf(call, side) ? (
        <Part call={call} side={side} read={read} />
      ) : (
        <p class="soft padded">
          {side === 'request'
            ? 'The request was not captured.'
            : call.spider.status === 'pending'
              ? 'The answer has not come yet.'
              : 'No answer was captured.'}
        </p>
      )}
      <Messages messages={call.spider.messages} />
    </div>
  )
}

/** A side of a call whose protocol has no place of its own for it: its body, if there is more than the fields say. */
function Part({ call, side, read }: Props) {
  const { bytes: size, body, mime_type } = partOf(call, side)!
  return (
    <>
      <p class="first-line">
        {side === 'request' ? call.spider.summary : call.event.outcome}
        <span class="soft"> {bytes(size)} on the wire</span>
      </p>
      {body && (
        <Body key={call.event.id} body={body} type={mime_type} read={read} label={`Body of the ${side}`} url={bodyUrl(call, side)} />
      )}
    </>
  )
}

/** First line, parameters, headers as sent, and body. */
function HttpMessage({ call, side, read }: Props) {
  const message = call.http![side]!
  const query = side === 'request' ? parameters(call.url?.query ?? '') : []
  const sent = sentParameters(call.url?.query ?? '')
  const at = Date.parse(call['@timestamp'])
  return (
    <>
      <p class="first-line">
        {side === 'request'
          ? `${call.http!.request!.method} ${call.url?.original ?? ''} HTTP/${call.http!.version}`
          : `HTTP/${call.http!.version} ${call.http!.response!.status_code} ${call.http!.response!.reason ?? ''}`}
        {!isWireSizeUnknown(call) && <span class="soft"> {bytes(message.bytes)} on the wire</span>}
      </p>
      {side === 'response' && call.http?.response?.interim?.length ? (
        <p class="soft padded">after {call.http.response.interim.join(', ')}</p>
      ) : null}
      {query.length > 0 && (
        <Pairs
          title="Query"
          pairs={query}
          copy={() => call.url?.query ?? ''}
          write={(_name, value, i) => <Value term={contains('url.query', sent[i])}>{value}</Value>}
        />
      )}
      <Pairs
        title="Headers"
        pairs={message.headers}
        copy={() => headerLines(message.headers)}
        write={(name, value) => (
          <>
            {headerTerm(call, side, name, value)}
            {!/^(set-)?cookie$/i.test(name) && <TokenView text={value} at={at} />}
          </>
        )}
      />
      <Cookies headers={message.headers} side={side} at={at} />
      {side === 'response' && <CachingView call={call} />}
      {message.trailers && message.trailers.length > 0 && (
        <Pairs title="Trailers" pairs={message.trailers} copy={() => headerLines(message.trailers!)} />
      )}
      <Body
        key={call.event.id}
        body={message.body}
        type={header(message.headers, 'content-type') ?? message.mime_type}
        read={read}
        label={`Body of the ${side}`}
        url={bodyUrl(call, side)}
      />
      {message.body.sha256 && (
        <p class="digest soft">
          SHA-256 {message.body.sha256} · {count(message.body.bytes)} B decoded{' '}
          <CopyButton text={() => message.body.sha256!} label="Copy the digest" />
        </p>
      )}
    </>
  )
}

const bodyUrl = (call: ExchangeDocument, side: 'request' | 'response'): string =>
  url(`/exchanges/${encodeURIComponent(call.event.id)}/${side}/body`)

/** Headers whose value is a field of the document can be filtered by. */
function headerTerm(call: ExchangeDocument, side: 'request' | 'response', name: string, value: string) {
  const lower = name.toLowerCase()
  const mime = call.http?.[side]?.mime_type
  const term =
    lower === 'user-agent' && side === 'request' && call.user_agent
      ? equals('user_agent.original', call.user_agent.original)
      : lower === 'host' && call.url?.domain
        ? equals('url.domain', call.url.domain)
        : lower === 'content-type' && mime
          ? equals(`http.${side}.mime_type`, mime)
          : lower === 'traceparent' && call.trace
            ? equals('trace.id', call.trace.id)
            : undefined
  return <Value term={term}>{value}</Value>
}
