import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { bytes, count, duration } from '../../logic/format.ts'

type MessageOf = NonNullable<ExchangeDocument['spider']['messages']>[number]

/** A stream may hold more than a page should. */
const MOST = 1000

/** The messages of a call that streams, by time, from its first one. */
export function Messages({ messages }: { messages: MessageOf[] | undefined }) {
  if (!messages?.length) return null
  const start = messages[0].at
  const numbered = messages.slice(0, MOST).map((message, i) => ({ ...message, key: i }))
  return (
    <details class="pairs messages" open>
      <summary>
        <h3>Messages</h3> <span class="soft">{count(messages.length)}</span>
      </summary>
      <table>
        <tbody>
          {numbered.map(({ key, direction, at, bytes: size, type }) => (
            <tr key={key}>
              <th scope="row" title={direction === 'request' ? 'from the client' : 'from the server'}>
                {direction === 'request' ? '→' : '←'} {duration(at - start)}
              </th>
              <td>
                {bytes(size)} <span class="soft">{type}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {messages.length > MOST && <p class="soft padded">{count(messages.length - MOST)} more are not shown.</p>}
    </details>
  )
}
