import { createRef } from 'preact'
import { USER_FIELDS } from '#engines/query/fields.ts'
import { applied, apply, clear, complaint, draft, fault } from '../state/filter.ts'
import { complete, marksOf } from '../state/language.ts'
import { FilterLine } from '../widgets/FilterLine.tsx'
import { Popover } from '../widgets/Popover.tsx'

/** The filter line, for the key that leads there. */
export const filterLine = createRef<{ focus(): void }>()

export function FilterBar() {
  return (
    <search class="filter-bar">
      <FilterLine
        label="Filter"
        placeholder="Filter: status:5xx, duration>500ms, host:orders* and not method:GET, or any text    ( / )"
        value={draft.value}
        onInput={(value) => {
          draft.value = value
        }}
        onSubmit={apply}
        fault={fault.value}
        loud={complaint.value !== undefined}
        describedBy="filter-complaint"
        marksOf={marksOf}
        complete={complete}
        handle={filterLine}
      />
      <div class="filter-buttons">
        <button type="button" class="primary" disabled={applied.value || fault.value !== undefined} title="Apply (Enter)" onClick={apply}>
          Apply
        </button>
        <button type="button" class="quiet" disabled={draft.value === '' && applied.value} title="Show all calls" onClick={clear}>
          Clear
        </button>
        <Popover label="The filter language" button="?" buttonClass="quiet icon">
          <Language />
        </Popover>
      </div>
      <p id="filter-complaint" class="complaint" role="alert" hidden={!complaint.value}>
        {complaint.value}
      </p>
    </search>
  )
}

function Language() {
  return (
    <div class="language">
      <p>
        Words look in method, URL, names, addresses and user agent. <code>field:value</code> compares, <code>*</code> stands for any
        characters, <code>{'> >= < <='}</code> and <code>a..b</code> compare quantities, <code>field:*</code> asks whether it is there. Join
        with <code>and</code>, <code>or</code>, <code>not</code> and parentheses; a space means <code>and</code>.
      </p>
      <table class="fields">
        <tbody>
          {USER_FIELDS.map(({ name, aliases, description, example }) => (
            <tr key={name}>
              <td>
                <code>{aliases[0] ?? name}</code>
              </td>
              <td>{description}</td>
              <td>
                <code>{example}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
