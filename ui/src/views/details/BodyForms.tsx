import { useMemo, useState } from 'preact/hooks'
import { readCsv } from '../../logic/body/csv.ts'
import { readEvents } from '../../logic/body/event-stream.ts'
import { type Content, imageType } from '../../logic/body/forms.ts'
import { count } from '../../logic/format.ts'
import { hexRow, PER_ROW } from '../../logic/hex.ts'
import { HexView } from '../../widgets/HexView.tsx'
import { reach } from '../../widgets/reach.ts'

interface Props {
  content: Content
  label: string
}

export function Hex({ content, label }: Props) {
  const rowOf = useMemo(() => (row: number) => hexRow(content.bytes, row), [content])
  return <HexView rows={Math.ceil(content.bytes.length / PER_ROW)} rowOf={rowOf} label={label} />
}

/** Drawn by the browser from the bytes alone: an image runs nothing and loads nothing, not even an SVG. */
export function Picture({ content, label }: Props) {
  const [size, setSize] = useState<string>()
  const type = imageType(content)!
  const source = useMemo(() => `data:${type};base64,${content.base64}`, [content, type])
  return (
    <figure class="picture">
      <img
        src={source}
        alt={label}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(`${naturalWidth} × ${naturalHeight}`)}
        onError={() => setSize('the browser cannot draw it: it is cut, or damaged')}
      />
      <figcaption class="soft">
        {type} {size && `· ${size}`}
      </figcaption>
    </figure>
  )
}

/** HTML in a frame of its own, from an address whose policy lets nothing run and nothing load. */
export function Page({ url, label }: { url: string; label: string }) {
  return (
    <>
      <p class="soft padded">Without scripts, and with nothing loaded from anywhere.</p>
      <iframe class="page" sandbox="" src={url} title={label} referrerPolicy="no-referrer" />
    </>
  )
}

const MOST_ROWS = 1000

export function CsvTable({ content, label }: Props) {
  const { rows, more } = useMemo(() => readCsv(content.text!, MOST_ROWS), [content])
  const [head = [], ...rest] = rows
  return (
    <section class="csv" aria-label={label} ref={reach}>
      <table>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={`${i} ${cell}`} scope="col" class="csv-head">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rest.map((row, i) => (
            <tr key={`${i} ${row[0]}`}>
              {row.map((cell, k) => (
                <td key={`${k} ${cell}`}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more && <p class="soft padded">The first {count(MOST_ROWS)} rows; the text has all.</p>}
    </section>
  )
}

export function Events({ content, label }: Props) {
  const { events, more } = useMemo(() => readEvents(content.text!, MOST_ROWS), [content])
  if (events.length === 0) return <p class="soft padded">No event in it.</p>
  return (
    <section class="pairs" aria-label={label}>
      <table>
        <tbody>
          {events.map(({ type, id, data }, i) => (
            <tr key={`${i} ${id}`}>
              <th scope="row">
                {i + 1} {type}
                {id !== undefined && <span class="soft"> {id}</span>}
              </th>
              <td class="event-data">{data.length > LONGEST ? `${data.slice(0, LONGEST)}…` : data}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && <p class="soft padded">The first {count(MOST_ROWS)} events; the text has all.</p>}
    </section>
  )
}

const LONGEST = 5000
