import { useEffect, useState } from 'preact/hooks'
import { failure, selected } from '../../state/selected.ts'
import type { Call } from './Call.tsx'
import { Close } from './Close.tsx'

/** The opened call. What shows it is loaded when the first is opened. */
export function Details() {
  const [View, setView] = useState<typeof Call>()
  useEffect(() => {
    void import('./Call.tsx').then(({ Call }) => setView(() => Call))
  }, [])
  const call = selected.value
  if (call && View) return <View call={call} />
  return (
    <div class="details-head">
      <p class={failure.value ? 'error' : 'soft'}>{failure.value ?? 'Reading the call …'}</p>
      <div class="space" />
      <Close />
    </div>
  )
}
