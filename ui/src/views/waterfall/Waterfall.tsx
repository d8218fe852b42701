import { useMemo, useRef, useState } from 'preact/hooks'
import { duration, plural } from '../../logic/format.ts'
import type { Call } from '../../logic/sequence/call.ts'
import { type Critical, criticalPath } from '../../logic/sequence/critical.ts'
import { LANES, type Lanes, type Line, lanesOf } from '../../logic/sequence/lanes.ts'
import { type Segment, segmentsOf } from '../../logic/sequence/segments.ts'
import { ofView, open, call as openedCall, setOfView } from '../../state/place.ts'
import { Head, ZoomButtons, zoomOf } from '../sequence/Head.tsx'
import { useCalls } from '../sequence/use-calls.ts'
import { Bar, type Scale } from './Bar.tsx'
import { useOpenings } from './use-openings.ts'

const LANE_NAMES: Record<Lanes, string> = { causes: 'under what caused them', pairs: 'by client and server', connections: 'by connection' }
const TICKS = 6
/** How much of the width the result beside a call takes. */
const ROOM = 0.1
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }

/** When the parts of each call went by, beside each other, and what the whole waited for. */
export function Waterfall() {
  const diagram = useCalls()
  const by = LANES.find((name) => name === ofView('waterfall.lanes')) ?? 'causes'
  const zoom = zoomOf(ofView('waterfall.zoom'))
  const openings = useOpenings(diagram.calls)
  const lanes = useMemo(() => lanesOf(diagram.trees, by), [diagram.trees, by])
  const critical = useMemo(() => criticalOf(diagram.trees.map(criticalPath)), [diagram.trees])
  const scale = useMemo(
    () =>
      scaleOf(
        lanes.flatMap(({ lines }) => lines.flatMap(({ calls }) => calls)),
        openings,
      ),
    [lanes, openings],
  )
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<string>()
  const calls = lanes.flatMap(({ lines }) => lines.flatMap((line) => line.calls))
  const current = calls.some(({ id }) => id === at) ? at : calls[0]?.id

  const keys = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (!step) return
    const here = calls.findIndex(({ id }) => id === current)
    const next = calls[Math.min(Math.max(here + step, 0), calls.length - 1)].id
    setAt(next)
    box.current!.querySelector<HTMLElement>(`[data-call="${CSS.escape(next)}"]`)?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
  const choose = ({ id }: Call) => {
    setAt(id)
    open(id)
  }
  return (
    <section class="view" aria-label="Waterfall">
      <Head title="Waterfall" diagram={diagram}>
        <select
          aria-label="Lanes"
          value={by}
          onChange={({ currentTarget: { value } }) => setOfView('waterfall.lanes', value === 'causes' ? undefined : value)}
        >
          {LANES.map((name) => (
            <option key={name} value={name}>
              {LANE_NAMES[name]}
            </option>
          ))}
        </select>
        <ZoomButtons name="waterfall.zoom" zoom={zoom} />
        <Legend />
      </Head>
      {calls.length === 0 && !diagram.loading && <p class="padded soft">No call to draw in this range.</p>}
      {calls.length > 0 && (
        <div class="diagram-scroll waterfall" ref={box}>
          <section style={{ width: `${zoom}%` }} aria-label={`Waterfall of ${plural(calls.length, 'call')}`}>
            <Axis scale={scale} />
            {lanes.map(({ title, lines }) => (
              <div key={title} class="lane">
                {title && <div class="lane-title">{title}</div>}
                {lines.map((line) => (
                  <LineOfCalls
                    key={line.calls[0].id}
                    line={line}
                    scale={scale}
                    openings={openings}
                    critical={critical}
                    current={current}
                    onOpen={choose}
                    onKeys={keys}
                    named={by === 'causes'}
                  />
                ))}
              </div>
            ))}
          </section>
        </div>
      )}
    </section>
  )
}

interface LineProps {
  line: Line
  scale: Scale
  openings: ReadonlyMap<string, Segment[]>
  critical: ReadonlyMap<string, Critical[]>
  current: string | undefined
  onOpen(call: Call): void
  onKeys(event: KeyboardEvent): void
  /** Whether the line says what was asked, and of whom. */
  named: boolean
}

function LineOfCalls({ line: { calls, depth }, scale, openings, critical, current, onOpen, onKeys, named }: LineProps) {
  const [{ from, to, label }] = calls
  return (
    <div class={`fall-line ${named ? 'named' : ''}`}>
      {named && (
        <div class="fall-label" style={{ paddingLeft: `${8 + depth * 14}px` }} title={`${label}\n${from} → ${to}`}>
          {label} <span class="soft">{to}</span>
        </div>
      )}
      <div class="fall-track">
        {calls.map((call, i) => (
          <Bar
            key={call.id}
            call={call}
            segments={[...(openings.get(call.id) ?? []), ...segmentsOf(call)]}
            critical={critical.get(call.id) ?? []}
            scale={scale}
            current={call.id === current}
            opened={call.id === openedCall.value}
            least={calls.length > 1 ? 6 : 24}
            said={(calls[i + 1]?.start ?? Number.POSITIVE_INFINITY) - call.end > scale.total * ROOM}
            onOpen={() => onOpen(call)}
            onKeys={onKeys}
          />
        ))}
      </div>
    </div>
  )
}

function Axis({ scale: { start, total } }: { scale: Scale }) {
  return (
    <div class="fall-axis" aria-hidden="true">
      {Array.from({ length: TICKS + 1 }, (_, i) => (
        <span key={i} style={{ left: `${(i / TICKS) * 100}%` }} title={new Date((start + (total * i) / TICKS) / 1000).toISOString()}>
          {i === 0 ? '0' : duration((total * i) / TICKS)}
        </span>
      ))}
    </div>
  )
}

const NAMES: [Segment['name'], string][] = [
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['request', 'send'],
  ['wait', 'wait'],
  ['response', 'receive'],
]

const Legend = () => (
  <ul class="fall-legend" aria-label="Colours">
    {NAMES.map(([name, title]) => (
      <li key={name}>
        <i class={`swatch phase-${name}`} /> {title}
      </li>
    ))}
    <li>
      <i class="fall-critical-sign" /> critical path
    </li>
  </ul>
)

/** Critical stretches by call: only of calls that caused others, since else it is the call itself. */
function criticalOf(paths: readonly Critical[][]): Map<string, Critical[]> {
  return Map.groupBy(paths.filter((path) => new Set(path.map(({ id }) => id)).size > 1).flat(), ({ id }) => id)
}

function scaleOf(calls: readonly Call[], openings: ReadonlyMap<string, Segment[]>): Scale {
  const starts = calls.flatMap(({ id, start }) => [start, ...(openings.get(id) ?? []).map(({ from }) => from)])
  const start = starts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const end = calls.reduce((last, call) => Math.max(last, call.end), Number.NEGATIVE_INFINITY)
  return { start, total: Math.max(end - start, 1) }
}
