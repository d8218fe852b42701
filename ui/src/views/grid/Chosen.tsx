import { useState } from 'preact/hooks'
import { plural } from '../../logic/format.ts'
import { Dialog } from '../../widgets/Dialog.tsx'
import { Wanted } from '../../widgets/Wanted.tsx'
import { chooseNone, chosen } from './selection.ts'

const beside = () => import('./Beside.tsx').then(({ Beside }) => Beside)

/** What can be done with the calls that were chosen. */
export function Chosen() {
  const [open, setOpen] = useState(false)
  const { keys } = chosen.value
  if (keys.length === 0) return null
  return (
    <>
      <output class="chosen-count">{plural(keys.length, 'call')} chosen</output>
      <button type="button" disabled={keys.length < 2} title="Where they differ" onClick={() => setOpen(true)}>
        Compare
      </button>
      <button type="button" class="quiet" onClick={chooseNone}>
        Choose none
      </button>
      {open && (
        <Dialog title={`Differences of ${plural(keys.length, 'call')}`} onClose={() => setOpen(false)}>
          <Wanted load={beside} with={{ ids: keys }} />
        </Dialog>
      )}
    </>
  )
}
