import { signal } from '@preact/signals'
import { formatAddress, parseAddress } from '../logic/address.ts'
import { read, report } from './api.ts'
import { change } from './change.ts'
import { address, go } from './place.ts'

/** What is kept of a place under a name: its filter, or all that a link to it carries. */
export const KINDS = ['filter', 'place'] as const
export type Kind = (typeof KINDS)[number]

/** Saved for the team. `text` is the filter, or the query string of the link. */
export interface Saved {
  id: string
  kind: Kind
  name: string
  revision: number
  text: string
}

/** As `/views` has it: the content is whatever was written there. */
interface View {
  id: string
  kind: string
  name: string
  revision: number
  content: unknown
}

export const saved = signal<readonly Saved[] | undefined>(undefined)
/** What the server said against the last change. */
export const refusal = signal<string | undefined>(undefined)

function savedOf({ id, kind, name, revision, content }: View): Saved[] {
  const known = KINDS.find((each) => each === kind)
  return known && typeof content === 'string' ? [{ id, kind: known, name, revision, text: content }] : []
}

/** Reads what the team saved. */
export async function readSaved(): Promise<void> {
  try {
    saved.value = (await read<{ items: View[] }>('/views')).items.flatMap(savedOf)
  } catch (error) {
    report(error, (why) => {
      refusal.value = why
    })
  }
}

/** Makes a change, and reads again what there is. Answers whether it was taken. */
async function make(work: () => Promise<unknown>): Promise<boolean> {
  refusal.value = undefined
  try {
    await work()
    return true
  } catch (error) {
    report(error, (why) => {
      refusal.value = why
    })
    refusal.value ??= 'The server does not answer: try again when it is back.'
    return false
  } finally {
    await readSaved()
  }
}

export const save = (kind: Kind, name: string): Promise<boolean> =>
  make(() => change('POST', '/views', { kind, name, content: kind === 'filter' ? address.value.q : formatAddress(address.value) }))

export const rename = ({ id, text, revision }: Saved, name: string): Promise<boolean> =>
  make(() => change('PUT', `/views/${id}`, { name, content: text, revision }))

export const remove = ({ id }: Saved): Promise<boolean> => make(() => change('DELETE', `/views/${id}`))

/** Goes there; Back leads to where one was. */
export const visit = ({ kind, text }: Saved): void => go(kind === 'filter' ? { q: text } : parseAddress(text))
