import { signal } from '@preact/signals'
import { type Edits, readEdits } from '../../logic/map/edits.ts'
import { read, report } from '../../state/api.ts'
import { change } from '../../state/change.ts'

/** A map that somebody edited and saved for the team. */
export interface SavedMap {
  id: string
  name: string
  revision: number
  edits: Edits
}

interface View {
  id: string
  name: string
  revision: number
  content: unknown
}

export const saved = signal<ReadonlyMap<string, SavedMap>>(new Map())
/** What the server said against saving; undefined when nothing. */
export const refusal = signal<string | undefined>(undefined)

const mapOf = ({ id, name, revision, content }: View): SavedMap => ({ id, name, revision, edits: readEdits(content) })
const having = (map: SavedMap): ReadonlyMap<string, SavedMap> => new Map(saved.peek()).set(map.id, map)

export async function readSaved(): Promise<void> {
  try {
    const { items } = await read<{ items: View[] }>('/views', { kind: 'map' })
    saved.value = new Map(items.map((view) => [view.id, mapOf(view)]))
  } catch (error) {
    report(error, () => {})
  }
}

/** Saves under a name: a new map, or the next revision of one. Answers its id; undefined when it was refused. */
export async function save(name: string, edits: Edits, before: SavedMap | undefined): Promise<string | undefined> {
  refusal.value = undefined
  try {
    const view = before
      ? await change<View>('PUT', `/views/${before.id}`, { name, content: edits, revision: before.revision })
      : await change<View>('POST', '/views', { kind: 'map', name, content: edits })
    saved.value = having(mapOf(view))
    return view.id
  } catch (error) {
    report(error, (why) => {
      refusal.value = why
    })
    return undefined
  }
}

export async function remove(id: string): Promise<void> {
  try {
    await change('DELETE', `/views/${id}`)
    const others = new Map(saved.peek())
    others.delete(id)
    saved.value = others
  } catch (error) {
    report(error, (why) => {
      refusal.value = why
    })
  }
}
