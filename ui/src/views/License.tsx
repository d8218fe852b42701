import { license } from '../state/license.ts'
import { Popover } from '../widgets/Popover.tsx'
import { Wanted } from '../widgets/Wanted.tsx'

const panel = () => import('./license/LicensePanel.tsx').then(({ LicensePanel }) => LicensePanel)
const LOOKS = { running: '', warned: 'waiting', stopped: 'wrong' } as const

/** What the license allows: one word in the bar, all of it when opened. */
export function License() {
  const held = license.value
  if (held === undefined) return null
  const { state } = held.standing
  return (
    <Popover
      label="License"
      buttonClass="quiet"
      button={
        <>
          {state !== 'running' && <i class={`dot ${LOOKS[state]}`} />}
          {state === 'running' ? (held.license ? `${held.license.cores} cores` : 'Evaluation') : state}
        </>
      }
    >
      <Wanted load={panel} with={held} />
    </Popover>
  )
}
