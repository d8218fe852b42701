import { useMemo } from 'preact/hooks'
import { draw } from '../../logic/sequence/draw.ts'
import { fold } from '../../logic/sequence/fold.ts'
import { toMermaid } from '../../logic/sequence/mermaid.ts'
import { toPlantUml } from '../../logic/sequence/plantuml.ts'
import { type Row, rowsOf } from '../../logic/sequence/rows.ts'
import { toSvg } from '../../logic/sequence/svg.ts'
import { download } from '../../state/download.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { Popover } from '../../widgets/Popover.tsx'
import { Arrows } from './Arrows.tsx'
import { Head, ZoomButtons, zoomOf } from './Head.tsx'
import { useCalls } from './use-calls.ts'

/** Who called whom, from top to bottom, each call with what it caused. */
export function Sequence() {
  const diagram = useCalls()
  const each = ofView('sequence.repeats') === 'each'
  const zoom = zoomOf(ofView('sequence.zoom'))
  const rows = useMemo(() => rowsOf(fold(diagram.trees, !each)), [diagram.trees, each])
  const drawing = useMemo(() => draw(rows), [rows])
  return (
    <section class="view" aria-label="Sequence">
      <Head title="Sequence" diagram={diagram}>
        <label class="diagram-check">
          <input
            type="checkbox"
            checked={!each}
            onChange={({ currentTarget: { checked } }) => setOfView('sequence.repeats', checked ? undefined : 'each')}
          />
          fold repeats
        </label>
        <ZoomButtons name="sequence.zoom" zoom={zoom} />
        <Popover label="Export" button="Export …">
          <Exports rows={rows} svg={() => toSvg(drawing, 'Sequence of calls')} />
        </Popover>
      </Head>
      {rows.length > 0 ? (
        <Arrows drawing={drawing} scale={zoom / 100} />
      ) : (
        !diagram.loading && <p class="padded soft">No call to draw in this range.</p>
      )}
    </section>
  )
}

function Exports({ rows, svg }: { rows: readonly Row[]; svg(): string }) {
  const formats = [
    { name: 'SVG', file: 'sequence.svg', type: 'image/svg+xml', text: svg },
    { name: 'Mermaid', file: 'sequence.mmd', type: 'text/plain', text: () => toMermaid(rows) },
    { name: 'PlantUML', file: 'sequence.puml', type: 'text/plain', text: () => toPlantUml(rows) },
  ]
  return (
    <ul class="diagram-exports">
      {formats.map(({ name, file, type, text }) => (
        <li key={name}>
          <button type="button" onClick={() => download(file, type, text())}>
            Download {name}
          </button>
          <CopyButton text={text} label={`Copy ${name}`} />
        </li>
      ))}
    </ul>
  )
}
