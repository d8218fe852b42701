import { computed, signal } from '@preact/signals'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { formatLayout, type Layout, parseLayout } from '../../logic/layout.ts'
import { address, setOfView } from '../../state/place.ts'
import type { Column } from '../../widgets/columns.ts'
import { COLUMNS } from './columns.tsx'
import { FIELDS, fieldColumn } from './field-column.ts'

const NAME = 'grid.columns'
const KEY = 'spider.grid.columns'
const own = new Map(COLUMNS.map((column) => [column.key, column]))
const isKnown = (key: string): boolean => own.has(key) || FIELDS.has(key)

/** The columns chosen last in this browser: a link that names none shows them. */
const last = signal(localStorage.getItem(KEY) ?? '')

const text = computed(() => address.value.views[NAME] ?? last.value)
const chosen = computed(() => parseLayout(text.value, isKnown))
const USUAL: Layout = COLUMNS.map(({ key }) => ({ key }))

/** The columns as they stand. */
export const layout = computed<Layout>(() => chosen.value ?? USUAL)
/** Whether the reader chose them: then none goes when room is short. */
export const isChosen = computed(() => chosen.value !== undefined)

export const columns = computed<Column<ExchangeDocument>[]>(() =>
  layout.value.map(({ key, width, pinned }) => {
    const column = own.get(key) ?? fieldColumn(FIELDS.get(key)!)
    // What is pinned has to stand at a known place, so it does not grow.
    return { ...column, width: width ?? column.width, grow: width !== undefined || pinned ? 0 : column.grow, pinned: pinned === true }
  }),
)

export function arrange(next: Layout): void {
  last.value = formatLayout(next)
  localStorage.setItem(KEY, last.value)
  setOfView(NAME, last.value, 'replace')
}

/** The usual columns again. */
export function arrangeAsUsual(): void {
  last.value = ''
  localStorage.removeItem(KEY)
  setOfView(NAME, undefined, 'replace')
}

export const titleOfColumn = (key: string): string => (own.get(key) ?? fieldColumn(FIELDS.get(key)!)).title
