import { signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { compare, type Difference } from '../../logic/compare/diff.ts'
import { parseRules, type Section, USUAL_RULES } from '../../logic/compare/rules.ts'
import { count, plural } from '../../logic/format.ts'
import { reach } from '../../widgets/reach.ts'

const KEY = 'spider.ignored'
const MOST = 500
const LONGEST = 400

/** What is not looked at, as the reader wrote it; kept in this browser. */
const ignored = signal(localStorage.getItem(KEY) ?? USUAL_RULES)

interface Props {
  calls: ExchangeDocument[]
  /** What each is called. */
  names: string[]
  sections?: Section[]
}

/** Where calls differ, place by place. What differs between any two calls is folded away by rules. */
export function Differences({ calls, names, sections }: Props) {
  const [all, setAll] = useState(false)
  const { rules, faults } = useMemo(() => parseRules(ignored.value), [ignored.value])
  const { differences, same } = useMemo(() => compare(calls, rules, sections), [calls, rules, sections])
  const counted = differences.filter((each) => !each.ignored)
  const shown = all ? differences : counted
  return (
    <section class="differences" aria-label="Differences">
      <p class="padded">
        <b>{counted.length === 0 ? 'The same' : plural(counted.length, 'difference')}</b>
        <span class="soft">
          {' '}
          · {plural(same, 'place')} alike
          {differences.length > counted.length && ` · ${count(differences.length - counted.length)} not counted by the rules`}
        </span>
        {differences.length > counted.length && (
          <button type="button" class="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
            Show these too
          </button>
        )}
      </p>
      {shown.length > 0 && (
        <div class="difference-scroll" ref={reach}>
          <table>
            <thead>
              <tr>
                <th scope="col">Place</th>
                {names.map((name, i) => (
                  <th key={`${i} ${name}`} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, MOST).map((each) => (
                <Row key={`${each.section} ${each.path}`} difference={each} />
              ))}
            </tbody>
          </table>
          {shown.length > MOST && <p class="soft padded">{count(shown.length - MOST)} more differences.</p>}
        </div>
      )}
      <details class="rules">
        <summary>What is not counted</summary>
        <textarea
          aria-label="Rules of what is not counted, one a line"
          rows={8}
          spellcheck={false}
          value={ignored.value}
          onInput={({ currentTarget }) => {
            ignored.value = currentTarget.value
            localStorage.setItem(KEY, currentTarget.value)
          }}
        />
        {faults.map((fault) => (
          <p key={fault} class="error">
            {fault}
          </p>
        ))}
        <p class="soft">
          A line each: header NAME, path PATTERN ($.items[*].price), value SHAPE (time, uuid, trace, number); * stands for anything.{' '}
          <button
            type="button"
            class="quiet"
            onClick={() => {
              ignored.value = USUAL_RULES
              localStorage.removeItem(KEY)
            }}
          >
            The usual ones
          </button>
        </p>
      </details>
    </section>
  )
}

function Row({ difference: { section, path, values, ignored: rule } }: { difference: Difference }) {
  return (
    <tr class={rule ? 'ignored' : ''}>
      <th scope="row">
        <span class="soft">{section}</span> {path}
        {rule && <span class="soft"> ({rule})</span>}
      </th>
      {values.map((value, i) => (
        <td key={`${i} ${value}`} class={value === undefined ? 'absent' : value === values[0] ? '' : 'changed'}>
          {value === undefined ? 'absent' : value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value}
        </td>
      ))}
    </tr>
  )
}
