import { signal } from '@preact/signals'
import { around, fixed, live, type Span } from '../logic/range.ts'
import { read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { look, usual } from './place.ts'

export type Extent = (Span & { total: number }) | { total: 0 }

/** What there is to see at all; undefined until the server said so. */
export const extent = signal<Extent | undefined>(undefined)
/** Nothing newer than this: what was captured is shown whole, rather than live and empty. */
const RECENT = 900_000

export async function readExtent(): Promise<Extent | undefined> {
  try {
    const known = await read<Extent>('/extent')
    extent.value = known
    return known
  } catch (error) {
    report(error, () => {})
    return undefined
  }
}

/** Chooses the range of a link that names none. */
export async function choose(): Promise<void> {
  const known = await readExtent()
  if (known && 'to' in known && known.to < serverNow() - RECENT) usual.value = whole(known)
}

export const whole = (span: Span) => {
  const { from, to } = around(span)
  return fixed(from, to)
}

/** Looks at everything there is, as far as the server knows by now. */
export async function lookAtAll(): Promise<void> {
  const known = await readExtent()
  if (known && 'to' in known) look(whole(known))
  else look(live())
}
