import { useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Section } from '../../logic/compare/rules.ts'
import { bytes, duration } from '../../logic/format.ts'
import { read, report } from '../../state/api.ts'
import { send } from '../../state/bytes.ts'
import { useRead } from '../../state/use-read.ts'
import { Differences } from './Differences.tsx'

interface Answer {
  status_code: number
  reason: string
  headers: [string, string][]
  body: { bytes: number; content: string; encoding: 'utf-8' | 'base64'; truncated?: boolean }
  /** µs */
  duration: number
  address: string
}

const ANSWER: Section[] = ['Call', 'Response headers', 'Response body']

/** Sends the request again, from the server, and shows how the answer differs from the one that was captured. */
export function Replay({ call }: { call: ExchangeDocument }) {
  const allowed = useRead((stop) => read<{ enabled: boolean }>('/replay', {}, stop), [])
  const [state, setState] = useState<'ready' | 'asking' | 'sending'>('ready')
  const [answer, setAnswer] = useState<Answer>()
  const [failure, setFailure] = useState<string>()
  if (!call.http?.request || !call.url) return null
  if (allowed.state !== 'read') return null
  if (!allowed.value.enabled)
    return (
      <p class="soft padded">Sending again is off: SPIDER_REPLAY_TARGETS says to which targets requests may be sent, and nothing is set.</p>
    )
  const { method } = call.http.request
  const go = async () => {
    setState('sending')
    setFailure(undefined)
    try {
      setAnswer(await send<Answer>(`/exchanges/${encodeURIComponent(call.event.id)}/replay`, { confirm: true }))
    } catch (error) {
      report(error, setFailure)
    } finally {
      setState('ready')
    }
  }
  return (
    <section class="replay" aria-label="Send again">
      <p class="padded">
        {state === 'asking' ? (
          <>
            Really send {method} {call.url.full} once more? It does what it does.{' '}
            <button type="button" onClick={() => void go()}>
              Send
            </button>{' '}
            <button type="button" class="quiet" onClick={() => setState('ready')}>
              Cancel
            </button>
          </>
        ) : (
          <button type="button" disabled={state === 'sending'} onClick={() => setState('asking')}>
            {state === 'sending' ? 'Sending …' : 'Send again …'}
          </button>
        )}
      </p>
      {failure && <p class="error padded">{failure}</p>}
      {answer && (
        <>
          <p class="padded">
            <b>
              {answer.status_code} {answer.reason}
            </b>{' '}
            from {answer.address} after {duration(answer.duration)}, {bytes(answer.body.bytes)}
          </p>
          <Differences calls={[call, withAnswer(call, answer)]} names={['captured', 'now']} sections={ANSWER} />
        </>
      )}
    </section>
  )
}

const withAnswer = (call: ExchangeDocument, { status_code, reason, headers, body }: Answer): ExchangeDocument => ({
  ...call,
  http: { ...call.http!, response: { status_code, reason, bytes: body.bytes, headers, body } },
})
