import { useEffect, useState } from 'preact/hooks'
import { q } from '../state/place.ts'
import { KINDS, type Kind, readSaved, refusal, remove, rename, type Saved, save, saved, visit } from '../state/saved.ts'
import { Popover } from '../widgets/Popover.tsx'

const TITLES: Record<Kind, string> = { filter: 'filter', place: 'view' }
const WHAT: Record<Kind, string> = { filter: 'this filter', place: 'all of this: filter, time, views, what is open' }

/** Filters and views that the team saved under a name. */
export function SavedMenu() {
  return (
    <Popover label="Filters and views of the team" button="Saved">
      {(close) => <SavedList onVisit={close} />}
    </Popover>
  )
}

function SavedList({ onVisit }: { onVisit(): void }) {
  useEffect(() => void readSaved(), [])
  const items = saved.value
  return (
    <div class="saved">
      {items === undefined && <p class="soft">…</p>}
      {items?.length === 0 && <p class="soft">Nothing is saved yet. What you save here, all of your team see.</p>}
      <ul aria-label="Saved">
        {items?.map((item) => (
          <Item key={item.id} item={item} onVisit={onVisit} />
        ))}
      </ul>
      {refusal.value && (
        <p class="error" role="alert">
          {refusal.value}
        </p>
      )}
      <SaveForm />
    </div>
  )
}

function Item({ item, onVisit }: { item: Saved; onVisit(): void }) {
  const [doing, setDoing] = useState<'rename' | 'remove'>()
  const done = (): void => setDoing(undefined)
  if (doing === 'rename') return <RenameForm item={item} onDone={done} />
  return (
    <li>
      <button
        type="button"
        class="quiet saved-name"
        title={item.text || 'all calls'}
        onClick={() => {
          visit(item)
          onVisit()
        }}
      >
        <span>{item.name}</span> <span class="soft">{TITLES[item.kind]}</span>
      </button>
      {doing === 'remove' ? (
        <>
          <button type="button" onClick={() => void remove(item).then(done)}>
            Remove for all
          </button>
          <button type="button" class="quiet" onClick={done}>
            Keep
          </button>
        </>
      ) : (
        <>
          <button type="button" class="quiet icon" title="Rename" aria-label={`Rename ${item.name}`} onClick={() => setDoing('rename')}>
            ✎
          </button>
          <button type="button" class="quiet icon" title="Remove" aria-label={`Remove ${item.name}`} onClick={() => setDoing('remove')}>
            ✕
          </button>
        </>
      )}
    </li>
  )
}

function RenameForm({ item, onDone }: { item: Saved; onDone(): void }) {
  const [name, setName] = useState(item.name)
  return (
    <li>
      <form
        class="rename"
        onSubmit={(event) => {
          event.preventDefault()
          void rename(item, name.trim()).then((taken) => taken && onDone())
        }}
      >
        <input
          aria-label={`New name of ${item.name}`}
          value={name}
          maxLength={120}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" disabled={name.trim() === ''}>
          Rename
        </button>
        <button type="button" class="quiet" onClick={onDone}>
          Cancel
        </button>
      </form>
    </li>
  )
}

function SaveForm() {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>(q.peek() === '' ? 'place' : 'filter')
  return (
    <form
      class="save"
      onSubmit={(event) => {
        event.preventDefault()
        void save(kind, name.trim()).then((taken) => taken && setName(''))
      }}
    >
      <fieldset>
        <legend>Save</legend>
        {KINDS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="kind"
              checked={kind === each}
              disabled={each === 'filter' && q.value === ''}
              onChange={() => setKind(each)}
            />
            {WHAT[each]}
          </label>
        ))}
      </fieldset>
      <label>
        as <input value={name} maxLength={120} placeholder="name" onInput={(event) => setName(event.currentTarget.value)} />
        <button type="submit" class="primary" disabled={name.trim() === ''}>
          Save
        </button>
      </label>
    </form>
  )
}
