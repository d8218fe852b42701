import type { Filter } from '#engines/query/ast.ts'
import { DIMENSIONS, filterOf, findDimension } from '#engines/query/dimensions.ts'
import { USER_FIELDS } from '#engines/query/fields.ts'
import type { Group, Groups } from '#events/documents/groups.ts'
import { count } from '../../logic/format.ts'
import { change, MEASURES, METRICS, type Measure } from '../../logic/statistics/measures.ts'
import { useAnswer } from '../../state/answer.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { reach } from '../../widgets/reach.ts'
import { Value } from '../details/Value.tsx'
import { beside, besideTitle, otherFilter } from './beside.ts'
import { Courses } from './Courses.tsx'

const MOST_FIELDS = 4
const MOST_ROWS = 200
const USUAL = 'server.address'
const CHOICES: readonly string[] = [
  ...DIMENSIONS.map(({ name }) => name),
  ...USER_FIELDS.filter(({ of }) => of.includes('exchanges')).map(({ name }) => name),
]
/** Of which a second series is shown as well. */
const BESIDE = MEASURES.filter(({ name }) => ['count', 'errors', 'p99'].includes(name))

/** The calls grouped by any fields: figures as a table, and their course. */
export function Grouped() {
  const by = (ofView('statistics.by') ?? USUAL)
    .split(',')
    .filter((name) => findDimension(name))
    .slice(0, MOST_FIELDS)
  return (
    <div class="statistics-body" ref={reach}>
      <Fields by={by} />
      <Courses key={`courses ${by[0]}`} by={by[0]} />
      <By key={by.join()} by={by} />
    </div>
  )
}

/** An answer by other fields says nothing of these: it begins anew with them. */
function By({ by }: { by: readonly string[] }) {
  const sort = ofView('statistics.sort') ?? '-count'
  const asked = { by: by.join(), metrics: METRICS, sort, most: MOST_ROWS }
  const { value, problem } = useAnswer<Groups>('/aggregate', asked)
  const other = useAnswer<Groups>(beside.value && '/aggregate', { ...asked, ...beside.value })
  const against = beside.value ? other.value : undefined
  return (
    <>
      {[problem, beside.value && other.problem].map((text) => text && <p class="error padded">{text}</p>)}
      {value && <Table by={by} sort={sort} value={value} against={against} />}
    </>
  )
}

function Fields({ by }: { by: readonly string[] }) {
  const set = (next: readonly string[]) => setOfView('statistics.by', next.length === 0 || next.join() === USUAL ? undefined : next.join())
  return (
    <p class="statistics-fields">
      <span class="soft">By</span>
      {[...by, ...(by.length < MOST_FIELDS ? [''] : [])].map((name, i) => (
        <select
          key={i}
          aria-label={`Field ${i + 1} to group by`}
          value={name}
          onChange={({ currentTarget }) =>
            set(
              (currentTarget.value ? by.toSpliced(i, 1, currentTarget.value) : by.toSpliced(i, 1)).filter(
                (each, at, all) => all.indexOf(each) === at,
              ),
            )
          }
        >
          <option value="">{i < by.length ? '– remove –' : '+ field'}</option>
          {CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ))}
    </p>
  )
}

interface TableProps {
  by: readonly string[]
  sort: string
  value: Groups
  against: Groups | undefined
}

function Table({ by, sort, value, against }: TableProps) {
  const dimensions = by.map((name) => findDimension(name)!)
  const termOf = ({ key }: Group): Filter => {
    const of = dimensions.map((dimension, i) => filterOf(dimension, key[i]))
    return of.length === 1 ? of[0] : { kind: 'and', of }
  }
  const seconds = Math.max((value.to - value.from) / 1000, 0.001)
  const others = new Map(against?.groups.map((group) => [JSON.stringify(group.key), group]))
  const gone = against
    ? against.groups.filter(({ key }) => !value.groups.some((group) => JSON.stringify(group.key) === JSON.stringify(key)))
    : []
  return (
    <>
      <table class="statistics-table" aria-label={`Calls by ${by.join(', ')}`}>
        <thead>
          <tr>
            {by.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {MEASURES.map((each) => (
              <SortHead key={each.name} measure={each} sort={sort} />
            ))}
            {against &&
              BESIDE.map(({ name, title }) => (
                <th key={name} scope="col" class="end against">
                  {title}, {besideTitle.value}
                </th>
              ))}
          </tr>
        </thead>
        <tbody>
          {value.groups.map((group) => (
            <tr key={JSON.stringify(group.key)}>
              {group.key.map((part, i) => (
                <td key={by[i]}>
                  <Value term={i === 0 ? termOf(group) : filterOf(dimensions[i], part)} copy={String(part ?? '')}>
                    {part ?? <span class="soft">(none)</span>}
                  </Value>
                </td>
              ))}
              {MEASURES.map((each) => (
                <Cell key={each.name} measure={each} value={each.of(group, seconds)} />
              ))}
              {against &&
                BESIDE.map((each) => (
                  <Against key={each.name} measure={each} before={others.get(JSON.stringify(group.key))} after={group} />
                ))}
            </tr>
          ))}
          {gone.map((group) => (
            <tr key={`gone ${JSON.stringify(group.key)}`} class="gone">
              {group.key.map((part, i) => (
                <td key={by[i]}>{part ?? '(none)'}</td>
              ))}
              {MEASURES.map(({ name }) => (
                <td key={name} />
              ))}
              {BESIDE.map((each) => (
                <Against key={each.name} measure={each} before={group} after={undefined} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {value.groups.length === 0 && <p class="soft padded">No call in this range fits.</p>}
      {value.others && (
        <p class="soft padded">
          {count(value.others.groups)} more groups with {count(value.others.count)} calls.
        </p>
      )}
    </>
  )
}

function SortHead({ measure: { title, sort: by }, sort }: { measure: Measure; sort: string }) {
  const sorted = sort.replace(/^-/, '') === by
  return (
    <th scope="col" class="end" aria-sort={sorted ? (sort.startsWith('-') ? 'descending' : 'ascending') : undefined}>
      <button type="button" class="sort" onClick={() => setOfView('statistics.sort', sort === `-${by}` ? by : `-${by}`)}>
        {title}
        {sorted && <span aria-hidden="true">{sort.startsWith('-') ? ' ▼' : ' ▲'}</span>}
      </button>
    </th>
  )
}

const Cell = ({ measure: { name, write }, value }: { measure: Measure; value: number | undefined }) => (
  <td class={`end ${name === 'errors' && value ? 'bad' : ''}`}>{value === undefined ? '–' : write(value)}</td>
)

/** What it is in the second series, and of the same calls at another time how it changed since. */
function Against({ measure: { of, write }, before, after }: { measure: Measure; before: Group | undefined; after: Group | undefined }) {
  const [was, is] = [before && of(before, 1), after && of(after, 1)]
  return (
    <td class="end against">
      {was === undefined ? '–' : write(was)} {otherFilter.value === undefined && <span class="soft">{change(was, is)}</span>}
    </td>
  )
}
