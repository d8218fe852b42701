import { computed, effect, signal } from '@preact/signals'
import { type Chosen, NONE, stretch, toggle } from '../../logic/chosen.ts'
import { rows } from '../../state/calls.ts'
import { q } from '../../state/place.ts'

/** The calls that something is to be done with. */
export const chosen = signal<Chosen>(NONE)
export const chosenKeys = computed<ReadonlySet<string>>(() => new Set(chosen.value.keys))

export function choose(key: string, how: 'one' | 'stretch', from?: string): void {
  chosen.value =
    how === 'one'
      ? toggle(chosen.value, key)
      : stretch(
          chosen.value,
          key,
          rows.value.items.map(({ event }) => event.id),
          chosen.value.anchor ?? from,
        )
}

export const chooseNone = (): void => {
  chosen.value = NONE
}

// Another filter is another question: what was chosen may not be seen any more.
effect(() => {
  void q.value
  chooseNone()
})
