import { effect, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { toneOf } from '../../logic/call.ts'
import { count, plural } from '../../logic/format.ts'
import { moved, resized } from '../../logic/layout.ts'
import { atTop, listed, loading, loadMore, rows, showWaiting, sorting, total } from '../../state/calls.ts'
import { narrow } from '../../state/filter.ts'
import { type Section, useKeys } from '../../state/keys.ts'
import { pace } from '../../state/pace.ts'
import { call, following, go, open, paused, q, range, setOfView } from '../../state/place.ts'
import { liveTotal } from '../../state/timeline.ts'
import type { CellAction, Sorting } from '../../widgets/columns.ts'
import { Grid } from '../../widgets/Grid.tsx'
import { close } from '../details/Close.tsx'
import { termOf } from '../fields.ts'
import { NoCalls } from '../NoCalls.tsx'
import { Chosen } from './Chosen.tsx'
import { ColumnsMenu } from './ColumnsMenu.tsx'
import { TIME } from './columns.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { arrange, columns, isChosen, layout } from './layout.ts'
import { choose, chooseNone, chosen, chosenKeys } from './selection.ts'

/** The row the keyboard is on. */
const current = signal<string | undefined>(call.peek())
const scrolledUp = signal(true)
const rewind = signal(0)

// New calls are let in at once only while nobody reads: not paused, at the top of the list, with no row opened or under the keyboard.
effect(() => {
  atTop.value = !paused.value && scrolledUp.value && !call.value && !current.value
})
effect(() => {
  void [range.value, q.value, sorting.value]
  rewind.value = rewind.peek() + 1
})
effect(() => {
  if (call.value) current.value = call.value
})

const keyOf = ({ event }: ExchangeDocument): string => event.id
const rowTone = (row: ExchangeDocument): string => `tone-${toneOf(row)}`

function actions(row: ExchangeDocument, column: string): CellAction[] | undefined {
  const term = termOf(row, column)
  if (!term) return undefined
  const [more, less] = column === 'duration' || column === 'size' ? ['at least this', 'less than this'] : ['only these', 'without these']
  return [
    { key: 'f', sign: '+', label: `Filter: ${more}`, run: () => narrow(term) },
    { key: 'x', sign: '−', label: `Exclude: ${less}`, run: () => narrow(term, true) },
  ]
}

/** How the list is sorted: by time, the newest first, unless told. */
const sortingNow = (): Sorting => {
  const text = sorting.value ?? `-${TIME}`
  return { by: text.replace(/^-/, ''), order: text.startsWith('-') ? 'desc' : 'asc' }
}

/** Sorts by another column, the largest first; the same again turns it round, and at last goes back to time. */
function sort(by: string): void {
  const now = sortingNow()
  const next = now.by !== by ? `-${by}` : now.order === 'desc' ? by : undefined
  setOfView('grid.sort', next === `-${TIME}` ? undefined : next)
}

/** Lets in the calls that waited, and shows them. */
function showNew(): void {
  if (!call.value) current.value = undefined
  showWaiting()
  rewind.value++
}

/** Moves the keyboard to a call; an open panel follows. */
function move(id: string): void {
  current.value = id
  if (call.value) go({ call: id }, 'replace')
}

const focusGrid = (key: string): void => {
  const grid = document.querySelector<HTMLElement>('.grid')
  grid?.focus()
  grid?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: false }))
}

const KEYS: Section = {
  title: 'Calls',
  bindings: [
    { keys: ['j', 'k'], what: 'next and previous call; arrows too', run: focusGrid },
    { keys: ['←', '→'], what: 'column of the row' },
    { keys: ['f', 'x'], what: 'only, or without, the value in the column' },
    { keys: ['Enter'], what: 'open the call' },
    { keys: ['Space'], what: 'choose the call, or let it go; Ctrl and click too' },
    { keys: ['Shift ↓', 'Shift ↑'], what: 'choose a stretch; Shift and click too' },
    { keys: ['n'], what: 'show new calls', run: showNew },
    {
      keys: ['Escape'],
      what: 'close the call; choose none; leave the row',
      run: () => {
        if (call.value) close()
        else if (chosen.value.keys.length > 0) chooseNone()
        else current.value = undefined
      },
    },
  ],
}

/** Says that the list is a sample, while calls come faster than they can be read, and after. */
function Sampled({ holes }: { holes: boolean }) {
  const rate = pace.value
  if (atTop.value)
    return rate ? (
      <span class="soft">
        showing {count(rate.shown)} of {count(rate.all)} calls a second
      </span>
    ) : null
  return holes ? (
    <button type="button" class="quiet" title="Calls came faster than they can be read: the list has some of them" onClick={showNew}>
      not every call is listed: list all
    </button>
  ) : null
}

export function Calls() {
  useKeys(KEYS)
  useEffect(() => {
    listed.value = true
    return () => {
      listed.value = false
    }
  }, [])
  const { items, waiting, skipped, holes } = rows.value
  const more = atTop.value ? 0 : waiting.length + skipped
  const all = liveTotal.value ?? total.value
  return (
    <section class="view" aria-label="Calls">
      <div class="view-head">
        <h2>Calls</h2>
        <output class="total" aria-label="Calls in this range">
          {all === undefined ? '' : count(all)}
        </output>
        <Sampled holes={holes} />
        <Chosen />
        <div class="space" />
        {more > 0 && (
          <button type="button" class="new-calls" title="Show them (n)" onClick={showNew}>
            ↑ {plural(more, 'new call')}
          </button>
        )}
        <ColumnsMenu />
        <ExportMenu ids={chosen.value.keys} />
        <span class={`busy ${loading.value ? 'on' : ''}`} aria-hidden="true" />
      </div>
      <Grid
        label={sorting.value ? 'Calls, sorted' : 'Calls, newest first'}
        columns={columns.value}
        fit={!isChosen.value}
        sorting={sortingNow()}
        chosen={chosenKeys.value}
        onChoose={choose}
        onSort={sort}
        onResize={(key, width) => arrange(resized(layout.value, key, width))}
        onMove={(key, before) => arrange(moved(layout.value, key, before))}
        rows={items}
        total={all}
        keyOf={keyOf}
        toneOf={rowTone}
        current={current.value}
        opened={call.value}
        onCurrent={move}
        onOpen={open}
        onNearEnd={loadMore}
        onTop={(at) => {
          scrolledUp.value = at
        }}
        actions={actions}
        rewind={rewind.value}
      />
      {items.length === 0 && !loading.value && <NoCalls>{following.value && 'New ones appear by themselves.'}</NoCalls>}
    </section>
  )
}
