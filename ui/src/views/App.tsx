import { rows } from '../state/calls.ts'
import { extent } from '../state/extent.ts'
import { q } from '../state/place.ts'
import { Chips } from './Chips.tsx'
import { Connection } from './Connection.tsx'
import { DropZone } from './DropZone.tsx'
import { FilterBar } from './FilterBar.tsx'
import { Nothing } from './Nothing.tsx'
import { TopBar } from './TopBar.tsx'
import { Workspace } from './Workspace.tsx'

export function App() {
  const nothing = extent.value?.total === 0 && rows.value.items.length === 0 && rows.value.waiting.length === 0 && q.value === ''
  return (
    <div class="app">
      <TopBar />
      <FilterBar />
      <Chips />
      {nothing ? <Nothing /> : <Workspace />}
      <Connection />
      <DropZone />
    </div>
  )
}
