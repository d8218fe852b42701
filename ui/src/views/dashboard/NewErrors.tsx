import type { Groups } from '#events/documents/groups.ts'
import { plural } from '../../logic/format.ts'
import { before, errorKinds, kindInWords, newErrors, termOfKind } from '../../logic/new-errors.ts'
import { useAnswer } from '../../state/answer.ts'
import { q, range, span } from '../../state/place.ts'
import { Value } from '../details/Value.tsx'

const SHOWN = 6

/** Errors of a kind that there was none of in the stretch before: what broke just now. */
export function NewErrors() {
  const asked = errorKinds(q.value)
  const now = useAnswer<Groups>('/aggregate', asked)
  const earlier = useAnswer<Groups>('/aggregate', { ...asked, ...before(range.value, span.value) })
  const problem = now.problem ?? earlier.problem
  const kinds = now.value && earlier.value && newErrors(now.value, earlier.value)
  return (
    <section class="ranking" aria-label="New errors">
      <h3>New errors</h3>
      {problem && <p class="error">{problem}</p>}
      <table>
        <tbody>
          {kinds?.slice(0, SHOWN).map((kind) => (
            <tr key={JSON.stringify(kind.key)}>
              <td>
                <Value term={termOfKind(kind)} copy={kindInWords(kind)}>
                  {kindInWords(kind)}
                </Value>
              </td>
              <td class="end">{plural(kind.count, 'call')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {kinds?.length === 0 && <p class="soft">None that the stretch before, as long as this, did not have.</p>}
      {kinds && kinds.length > SHOWN && <p class="soft">and {kinds.length - SHOWN} more kinds</p>}
    </section>
  )
}
