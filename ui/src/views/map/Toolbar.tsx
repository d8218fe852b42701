import { useEffect, useState } from 'preact/hooks'
import { GROUPINGS } from '../../logic/map/group.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { Popover } from '../../widgets/Popover.tsx'
import { edit, edits, forget, grouping, hidesGateways, mapId, unsaved } from './edits.ts'
import { readSaved, refusal, remove, save, saved } from './saved.ts'

const GROUPED = { host: 'by host', replicas: 'replicas merged', service: 'by service', namespace: 'by namespace' }
const COMPARED = {
  '': 'no comparison',
  before: 'the stretch before',
  hour: 'an hour earlier',
  day: 'a day earlier',
  week: 'a week earlier',
}

/** How the map is drawn: groups, gateways, comparison, and which saved map it is. */
export function Toolbar({ onArrange }: { onArrange(): void }) {
  const compared = ofView('map.with') ?? ''
  const { hidden, gateways } = edits.value
  return (
    <div class="map-bar">
      <select
        aria-label="Nodes"
        value={grouping.value}
        onChange={({ currentTarget: { value } }) => setOfView('map.group', value === 'host' ? undefined : value)}
      >
        {GROUPINGS.map((name) => (
          <option key={name} value={name}>
            {GROUPED[name]}
          </option>
        ))}
      </select>
      <label>
        <input
          type="checkbox"
          checked={hidesGateways.value}
          onChange={({ currentTarget: { checked } }) => setOfView('map.gateways', checked ? 'hidden' : undefined)}
        />
        hide gateways
      </label>
      <select
        aria-label="Compare with"
        value={compared in COMPARED ? compared : 'own'}
        onChange={({ currentTarget: { value } }) => setOfView('map.with', value || undefined)}
      >
        {Object.entries(COMPARED).map(([name, title]) => (
          <option key={name} value={name}>
            {name ? `compare: ${title}` : title}
          </option>
        ))}
        {!(compared in COMPARED) && <option value="own">compare: {compared.replace('~', ' to ')}</option>}
      </select>
      <OtherStretch />
      <button type="button" class="quiet" title="Forgets where nodes were put" onClick={onArrange}>
        Arrange anew
      </button>
      {hidden.length + gateways.length > 0 && (
        <button type="button" class="quiet" onClick={() => edit({ hidden: [], gateways: [] })}>
          Show {hidden.length + gateways.length} hidden
        </button>
      )}
      <div class="space" />
      <Saved />
    </div>
  )
}

/** Any stretch to compare with. */
function OtherStretch() {
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const wrong = from === '' || to === '' || Date.parse(from) >= Date.parse(to)
  return (
    <Popover label="Compare with another stretch" button="…" buttonClass="quiet icon">
      {(close) => (
        <form
          class="map-stretch"
          onSubmit={(event) => {
            event.preventDefault()
            setOfView('map.with', `${new Date(from).toISOString()}~${new Date(to).toISOString()}`)
            close()
          }}
        >
          <label>
            From <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
          </label>
          <label>
            To <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
          </label>
          <button type="submit" disabled={wrong}>
            Compare
          </button>
        </form>
      )}
    </Popover>
  )
}

/** The saved maps of the team. */
function Saved() {
  useEffect(() => void readSaved(), [])
  const known = saved.value.get(mapId.value)
  const keep = async (name: string, asNew: boolean, close: () => void) => {
    const [of, changes] = [mapId.value, edits.value]
    const id = await save(name, changes, asNew ? undefined : known)
    if (id === undefined) return
    forget(of)
    show(id)
    close()
  }
  return (
    <>
      {unsaved.value && known && <span class="soft">changed, not saved</span>}
      {saved.value.size > 0 && (
        <select aria-label="Saved map" value={mapId.value} onChange={({ currentTarget: { value } }) => show(value || undefined)}>
          <option value="">own map</option>
          {[...saved.value.values()].map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      <Popover label="Save the map" button="Save …">
        {(close) => <SaveForm known={known?.name} onSave={(name, asNew) => void keep(name, asNew, close)} />}
      </Popover>
    </>
  )
}

const show = (id: string | undefined): void => setOfView('map.saved', id)

function SaveForm({ known, onSave }: { known: string | undefined; onSave(name: string, asNew: boolean): void }) {
  const [name, setName] = useState(known ?? '')
  const named = name.trim()
  return (
    <form
      class="map-stretch"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(named, known === undefined)
      }}
    >
      <p class="soft">For all of the team: names, notes, groups, what is hidden, and where nodes were put.</p>
      <label>
        Name <input value={name} maxLength={120} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {refusal.value && (
        <p class="error" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="map-actions">
        <button type="submit" class="primary" disabled={named === ''}>
          Save
        </button>
        {known !== undefined && (
          <>
            <button type="button" disabled={named === '' || named === known} onClick={() => onSave(named, true)}>
              Save as new
            </button>
            {unsaved.value && (
              <button type="button" onClick={() => forget()}>
                Undo changes
              </button>
            )}
            <button
              type="button"
              onClick={() => {
                void remove(mapId.value)
                forget()
                show(undefined)
              }}
            >
              Delete
            </button>
          </>
        )}
      </div>
    </form>
  )
}
