import { go } from '../../state/place.ts'

export const close = (): void => go({ call: undefined })

export const Close = () => (
  <button type="button" class="quiet icon" title="Close (Esc)" aria-label="Close" onClick={close}>
    ✕
  </button>
)
