import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { toCurl } from '../../logic/copy/curl.ts'
import { toHttpie } from '../../logic/copy/httpie.ts'
import { toRaw } from '../../logic/copy/raw.ts'
import { type Sent, sent, toBase64 } from '../../logic/copy/request.ts'
import { toFetch, toK6 } from '../../logic/copy/script.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { Popover } from '../../widgets/Popover.tsx'

const NOT_CAPTURED = '# the request was not captured'

/** The request, to be sent again with a tool of the reader's own. */
export function CopyMenu({ call }: { call: ExchangeDocument }) {
  const write = (to: (request: Sent) => string) => () => {
    const request = sent(call)
    return request ? to(request) : NOT_CAPTURED
  }
  const others: [string, () => string][] = [
    ['fetch', write(toFetch)],
    ['HTTPie', write(toHttpie)],
    ['k6', write((request) => toK6(request, call.http?.response?.status_code))],
    ['raw', () => raw(call)],
  ]
  return (
    <>
      <CopyButton text={write(toCurl)} label="Copy the request as a curl command">
        Copy as cURL
      </CopyButton>
      <Popover label="Copy as …" button="▾" buttonClass="quiet copy-more">
        <ul class="copy-menu">
          {others.map(([name, text]) => (
            <li key={name}>
              <CopyButton text={text} label={`Copy the request as ${name}`}>
                {name === 'raw' ? 'Raw HTTP/1.1' : name}
              </CopyButton>
            </li>
          ))}
        </ul>
      </Popover>
    </>
  )
}

/** As text, or in base64 where the clipboard could not hold the bytes. */
function raw(call: ExchangeDocument): string {
  const bytes = toRaw(call)
  if (!bytes) return NOT_CAPTURED
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return toBase64(bytes)
  }
}
