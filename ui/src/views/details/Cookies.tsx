import { cookiesOf, type SetCookie, setCookies } from '../../logic/cookies.ts'
import { Fold } from './Fold.tsx'
import { Pairs } from './Pairs.tsx'
import { TokenView } from './TokenView.tsx'

interface Props {
  headers: string[][]
  side: 'request' | 'response'
  /** ms since 1970. */
  at: number
}

/** The cookies that were sent, or set and for how long. */
export function Cookies({ headers, side, at }: Props) {
  if (side === 'request') {
    const sent = cookiesOf(headers)
    if (sent.length === 0) return null
    return (
      <Pairs
        title="Cookies"
        pairs={sent}
        copy={() => sent.map((pair) => pair.join('=')).join('; ')}
        write={(_name, value) => (
          <>
            {value}
            <TokenView text={value} at={at} />
          </>
        )}
      />
    )
  }
  const set = setCookies(headers, at)
  if (set.length === 0) return null
  return (
    <Fold title="Cookies set" note={set.length} copy={() => set.map(({ name, value }) => `${name}=${value}`).join('; ')}>
      <table>
        <tbody>
          {set.map((cookie, i) => (
            <SetRow key={`${i} ${cookie.name}`} cookie={cookie} at={at} />
          ))}
        </tbody>
      </table>
    </Fold>
  )
}

function SetRow({ cookie: { name, value, attributes, meaning, warnings }, at }: { cookie: SetCookie; at: number }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {value}
        <TokenView text={value} at={at} />
        <ul class="told">
          <li title={attributes.map(([key, of]) => (of ? `${key}=${of}` : key)).join('; ')}>{meaning.join(' · ')}</li>
          {warnings.map((warning) => (
            <li key={warning} class="warn">
              {warning}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  )
}
