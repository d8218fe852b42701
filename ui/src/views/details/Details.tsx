import { failure, selected } from '../../state/selected.ts'
import { Wanted } from '../../widgets/Wanted.tsx'
import { Close } from './Close.tsx'

const view = () => import('./Call.tsx').then(({ Call }) => Call)

/** The opened call. What shows it is loaded when the first is opened. */
export function Details() {
  const call = selected.value
  return call ? (
    <Wanted load={view} with={{ call }}>
      <Reading />
    </Wanted>
  ) : (
    <Reading />
  )
}

function Reading() {
  return (
    <div class="details-head">
      <p class={failure.value ? 'error' : 'soft'}>{failure.value ?? 'Reading the call …'}</p>
      <div class="space" />
      <Close />
    </div>
  )
}
