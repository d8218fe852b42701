import { address, go } from '../../state/place.ts'

/** Closes what is open: the call below it, if there is one, is seen again. */
export const close = (): void => go({ call: address.value.trail.at(-1), trail: address.value.trail.slice(0, -1) })

export const Close = () => (
  <button type="button" class="quiet icon" title="Close (Esc)" aria-label="Close" onClick={close}>
    ✕
  </button>
)
