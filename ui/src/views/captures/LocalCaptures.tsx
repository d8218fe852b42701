import { useEffect } from 'preact/hooks'
import { follow, localCaptures } from '../../state/local-captures.ts'
import { CaptureRow } from './CaptureRow.tsx'
import { StartForm } from './StartForm.tsx'

/** Captures on the server's own machine: started, watched and stopped. Nothing where the server does not capture. */
export function LocalCaptures() {
  useEffect(follow, [])
  const known = localCaptures.value
  if (!known?.enabled) return null
  return (
    <section class="local-captures" aria-label="Captures on the machine of Spider">
      {known.items.length > 0 && (
        <ul aria-label="Captures started here">
          {known.items.map((capture) => (
            <CaptureRow key={capture.id} capture={capture} />
          ))}
        </ul>
      )}
      <StartForm interfaces={known.interfaces} />
    </section>
  )
}
