import { useId, useState } from 'preact/hooks'
import { bytes, duration } from '../../logic/format.ts'
import { refusal, start } from '../../state/local-captures.ts'

const TIMES = [60, 300, 900, 3600, 6 * 3600, 24 * 3600]
const SIZES = [1e6, 1e7, 1e8, 1e9, 1e10]

/** What to capture on the server's machine, and when that ends by itself. */
export function StartForm({ interfaces }: { interfaces: readonly { name: string; addresses: string[] }[] }) {
  const [where, setWhere] = useState('any')
  const [filter, setFilter] = useState('')
  const [seconds, setSeconds] = useState(300)
  const [most, setMost] = useState(1e8)
  const [starting, setStarting] = useState(false)
  const id = useId()
  const names = where.split(/[\s,]+/).filter((name) => name !== '')
  const wrong = (field: string) => (refusal.value?.field === field ? { 'aria-invalid': true, 'aria-describedby': `${id}-wrong` } : {})
  return (
    <form
      class="start-capture"
      onSubmit={(event) => {
        event.preventDefault()
        setStarting(true)
        void start({ interfaces: names, filter: filter.trim(), seconds, bytes: most }).finally(() => setStarting(false))
      }}
    >
      <h3>Capture on this machine</h3>
      <label>
        Interface
        <input
          value={where}
          list={`${id}-interfaces`}
          spellcheck={false}
          onInput={(event) => setWhere(event.currentTarget.value)}
          {...wrong('interfaces')}
        />
      </label>
      <datalist id={`${id}-interfaces`}>
        {interfaces.map(({ name, addresses }) => (
          <option key={name} value={name}>
            {name === 'any' ? 'all interfaces' : addresses.join(', ')}
          </option>
        ))}
      </datalist>
      <label>
        Filter
        <input
          value={filter}
          placeholder="tcp port 8080"
          title="As tcpdump has it (pcap-filter); empty: everything"
          spellcheck={false}
          maxLength={4096}
          onInput={(event) => setFilter(event.currentTarget.value)}
          {...wrong('filter')}
        />
      </label>
      <label>
        Ends after
        <select value={seconds} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
          {TIMES.map((time) => (
            <option key={time} value={time}>
              {duration(time * 1e6)}
            </option>
          ))}
        </select>
      </label>
      <label>
        or
        <select aria-label="or after so many bytes" value={most} onChange={(event) => setMost(Number(event.currentTarget.value))}>
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {bytes(size)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" disabled={starting || names.length === 0}>
        Start
      </button>
      {refusal.value && (
        <p class="error" role="alert" id={`${id}-wrong`}>
          {refusal.value.message}
        </p>
      )}
    </form>
  )
}
