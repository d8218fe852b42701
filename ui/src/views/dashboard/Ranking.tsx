import type { Filter } from '#engines/query/ast.ts'
import { filterOf, findDimension } from '#engines/query/dimensions.ts'
import type { Group, Groups } from '#events/documents/groups.ts'
import { count, plural } from '../../logic/format.ts'
import { useAnswer } from '../../state/answer.ts'
import { Value } from '../details/Value.tsx'

const MOST = 6

interface RankingProps {
  title: string
  /** As `/aggregate` takes it. */
  by: string
  metric: 'p99' | 'errors'
  write(value: number): string
}

/** Where a figure is largest. */
export function Ranking({ title, by, metric, write }: RankingProps) {
  const { value, problem } = useAnswer<Groups>('/aggregate', { by, metrics: 'errors,p99', sort: `-${metric}`, most: MOST })
  const dimensions = by.split(',').map((name) => findDimension(name)!)
  const termOf = ({ key }: Group): Filter => ({ kind: 'and', of: dimensions.map((dimension, i) => filterOf(dimension, key[i])) })
  const groups = value?.groups.filter((group) => (group[metric] ?? 0) > 0) ?? []
  return (
    <section class="ranking">
      <h3>{title}</h3>
      {problem && <p class="error">{problem}</p>}
      <table>
        <tbody>
          {groups.map((group) => (
            <tr key={JSON.stringify(group.key)}>
              <td>
                <Value term={termOf(group)} copy={group.key.join(' ')}>
                  {group.key.map((part) => part ?? '–').join(' ')}
                </Value>
              </td>
              <td class="end soft">{plural(group.count, 'call')}</td>
              <td class="end">{write(group[metric]!)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {value && groups.length === 0 && <p class="soft">{metric === 'errors' ? 'Nothing failed.' : 'Nothing was measured.'}</p>}
      {value?.others && groups.length === MOST && <p class="soft">and {count(value.others.groups)} more</p>}
    </section>
  )
}
