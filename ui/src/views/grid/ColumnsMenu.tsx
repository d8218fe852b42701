import { useState } from 'preact/hooks'
import { USER_FIELDS } from '#engines/query/fields.ts'
import { type Layout, nudged, pinned, resized, toggled } from '../../logic/layout.ts'
import { Popover } from '../../widgets/Popover.tsx'
import { COLUMNS } from './columns.tsx'
import { FIELDS, SETS, titleOf } from './field-column.ts'
import { arrange, arrangeAsUsual, columns, isChosen, layout, titleOfColumn } from './layout.ts'

const OTHERS = [
  ...COLUMNS.map(({ key, title }) => ({ key, title, words: title })),
  ...USER_FIELDS.filter(({ name }) => FIELDS.has(name)).map((field) => ({
    key: field.name,
    title: titleOf(field),
    words: `${field.name} ${field.description}`,
  })),
]

/** Which columns are shown, in which order, how wide, and which stay in sight. */
export function ColumnsMenu() {
  return (
    <Popover label="Columns" button="Columns ▾" buttonClass="quiet">
      <div class="columns-menu">
        <Shown columns={layout.value} />
        <Sets />
        <Others />
        {isChosen.value && (
          <button type="button" onClick={arrangeAsUsual}>
            The usual columns
          </button>
        )}
      </div>
    </Popover>
  )
}

function Shown({ columns: shown }: { columns: Layout }) {
  return (
    <ul class="columns-shown" aria-label="Columns shown">
      {shown.map(({ key, width, pinned: pin }, i) => {
        const title = titleOfColumn(key)
        return (
          <li key={key}>
            <button
              type="button"
              class="quiet icon"
              aria-label={`${title}: to the left`}
              disabled={i === 0}
              onClick={() => arrange(nudged(shown, key, -1))}
            >
              ↑
            </button>
            <button
              type="button"
              class="quiet icon"
              aria-label={`${title}: to the right`}
              disabled={i === shown.length - 1}
              onClick={() => arrange(nudged(shown, key, 1))}
            >
              ↓
            </button>
            <span class="column-title" title={key}>
              {title}
            </span>
            <input
              type="number"
              aria-label={`Width of ${title}, px`}
              min={40}
              max={1200}
              step={10}
              value={width ?? columns.value[i].width}
              onChange={({ currentTarget }) => arrange(resized(shown, key, Number(currentTarget.value)))}
            />
            <button
              type="button"
              class="quiet icon"
              aria-pressed={pin === true}
              aria-label={`Pin ${title}`}
              onClick={() => arrange(pinned(shown, key))}
            >
              {pin ? '◆' : '◇'}
            </button>
            <button type="button" class="quiet icon" aria-label={`Hide ${title}`} onClick={() => arrange(toggled(shown, key))}>
              ✕
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** Columns for a protocol, added at once. */
const Sets = () => (
  <p class="column-sets">
    <span class="soft">Add those of</span>
    {SETS.map(({ title, fields }) => (
      <button
        key={title}
        type="button"
        onClick={() => arrange(fields.filter((key) => !layout.value.some((placed) => placed.key === key)).reduce(toggled, layout.value))}
      >
        {title}
      </button>
    ))}
  </p>
)

const MOST = 12

function Others() {
  const [words, setWords] = useState('')
  const wanted = words.trim().toLowerCase()
  const found = OTHERS.filter(
    ({ key, words }) => !layout.value.some((placed) => placed.key === key) && `${key} ${words}`.toLowerCase().includes(wanted),
  )
  return (
    <>
      <input
        type="search"
        aria-label="Find a column"
        placeholder="Find a column"
        value={words}
        onInput={({ currentTarget }) => setWords(currentTarget.value)}
      />
      <ul class="columns-others" aria-label="Columns to add">
        {found.slice(0, MOST).map(({ key, title }) => (
          <li key={key}>
            <button type="button" class="quiet" onClick={() => arrange(toggled(layout.value, key))}>
              + {title} <span class="soft">{key}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
