import { findField } from '#engines/query/fields.ts'
import { equals } from '../../logic/refine.ts'
import { Value } from './Value.tsx'

/** Entries of one branch that are shown; a protocol bounds its fields, a page does so too. */
const MOST = 500

/** What a protocol says of a call, as a tree of names. A value that filters know can be filtered by. */
export function Fields({ fields }: { fields: [string, unknown][] }) {
  if (fields.length === 0) return null
  return (
    <details class="pairs" open>
      <summary>
        <h3>Fields</h3>
      </summary>
      <Branch entries={fields} path="" />
    </details>
  )
}

function Branch({ entries, path }: { entries: [string, unknown][]; path: string }) {
  return (
    <ul class="tree">
      {entries.slice(0, MOST).map(([name, value]) => {
        const full = path === '' ? name : `${path}.${name}`
        return (
          <li key={name}>
            <span class="tree-name">{name}</span>{' '}
            {isBranch(value) ? <Branch entries={Object.entries(value)} path={full} /> : leaf(value, full)}
          </li>
        )
      })}
      {entries.length > MOST && <li class="soft">{entries.length - MOST} more</li>}
    </ul>
  )
}

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null && Object.keys(value).length > 0

function leaf(value: unknown, path: string) {
  const filterable = (typeof value === 'string' || typeof value === 'number') && findField(path) !== undefined
  return <Value term={filterable ? equals(path, value) : undefined}>{typeof value === 'string' ? value : JSON.stringify(value)}</Value>
}
