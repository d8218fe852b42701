import type { ComponentType } from 'preact'
import { useState } from 'preact/hooks'
import { plural } from '../../logic/format.ts'
import { chooseNone, chosen } from './selection.ts'

type Beside = ComponentType<{ ids: readonly string[]; onClose(): void }>

/** What can be done with the calls that were chosen. */
export function Chosen() {
  const [View, setView] = useState<Beside>()
  const [open, setOpen] = useState(false)
  const { keys } = chosen.value
  if (keys.length === 0) return null
  const compare = () => {
    setOpen(true)
    if (!View) void import('./Beside.tsx').then(({ Beside }) => setView(() => Beside))
  }
  return (
    <>
      <output class="chosen-count">{plural(keys.length, 'call')} chosen</output>
      <button type="button" disabled={keys.length < 2} title="Where they differ" onClick={compare}>
        Compare
      </button>
      <button type="button" class="quiet" onClick={chooseNone}>
        Choose none
      </button>
      {open && View && <View ids={keys} onClose={() => setOpen(false)} />}
    </>
  )
}
