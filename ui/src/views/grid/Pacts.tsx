import { useState } from 'preact/hooks'
import { plural } from '../../logic/format.ts'
import { type Parameters, read, url } from '../../state/api.ts'
import { useRead } from '../../state/use-read.ts'

interface Known {
  items: { consumer: string; provider: string; interactions: number }[]
  left: number
}

/** A pact to download for each consumer and provider among the calls that were asked for when this was opened. */
export function Pacts({ asked }: { asked: Parameters }) {
  const [fixed] = useState(asked)
  const known = useRead((stop) => read<Known>('/contracts/pacts', fixed, stop), [])
  if (known.state === 'failed') return <p class="error">{known.why}</p>
  if (known.state === 'reading') return <p class="soft">Reading …</p>
  const { items, left } = known.value
  if (items.length === 0) return <p class="soft">None of these calls is of HTTP, and was answered.</p>
  return (
    <>
      <ul class="pacts" aria-label="Pacts">
        {items.map(({ consumer, provider, interactions }) => (
          <li key={`${consumer} ${provider}`}>
            <a
              class="button"
              href={url(`/contracts/pacts/${encodeURIComponent(consumer)}/${encodeURIComponent(provider)}`, fixed)}
              download={`${consumer}-${provider}.json`}
            >
              {consumer} → {provider}
            </a>{' '}
            <span class="soft" title={plural(interactions, 'interaction')}>
              {interactions}
            </span>
          </li>
        ))}
      </ul>
      {left > 0 && <p class="warn">{plural(left, 'call')} more than the pacts hold: narrow the filter.</p>}
    </>
  )
}
