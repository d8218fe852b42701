import type { ComponentChildren } from 'preact'
import { count } from '../../logic/format.ts'
import { Fold } from './Fold.tsx'

/** A form made to be long would hold up the page. */
const MOST = 1000

interface PairsProps {
  title: string
  pairs: string[][]
  copy(): string
  write?(name: string, value: string, index: number): ComponentChildren
}

/** Names and values, in the order they were sent in. */
export function Pairs({ title, pairs, copy, write = (_name, value) => value }: PairsProps) {
  const numbered = pairs.slice(0, MOST).map(([name, value], i) => ({ name, value, i, key: `${i} ${name}` }))
  return (
    <Fold title={title} note={pairs.length} copy={copy}>
      <table>
        <tbody>
          {numbered.map(({ name, value, i, key }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td>{write(name, value, i)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {pairs.length > MOST && <p class="soft padded">{count(pairs.length - MOST)} more are not shown; Copy takes all.</p>}
    </Fold>
  )
}
