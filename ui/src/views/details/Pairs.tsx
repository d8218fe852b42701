import type { ComponentChildren } from 'preact'
import { CopyButton } from '../../widgets/CopyButton.tsx'

interface PairsProps {
  title: string
  pairs: string[][]
  copy(): string
  write?(name: string, value: string, index: number): ComponentChildren
}

/** Names and values, in the order they were sent in. */
export function Pairs({ title, pairs, copy, write = (_name, value) => value }: PairsProps) {
  const numbered = pairs.map(([name, value], i) => ({ name, value, i, key: `${i} ${name}` }))
  return (
    <details class="pairs" open>
      <summary>
        <h3>{title}</h3> <span class="soft">{pairs.length}</span> <CopyButton text={copy} label={`Copy: ${title}`} />
      </summary>
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
    </details>
  )
}
