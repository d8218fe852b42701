import { useState } from 'preact/hooks'
import { reach } from './reach.ts'

interface LinkedHexProps {
  bytes: Uint8Array
  /** Bytes that stand out. */
  marked: { from: number; to: number } | undefined
  label: string
  /** The byte under the pointer. */
  onPoint(at: number | undefined): void
}

const PER_ROW = 16
/** Each byte is an element: a page of a thousand rows of them would be slow. */
const FIRST = 2048

/** Bytes in hex and as characters, each of which can be pointed at. */
export function LinkedHex({ bytes, marked, label, onPoint }: LinkedHexProps) {
  const [all, setAll] = useState(false)
  const shown = all ? bytes.length : Math.min(bytes.length, FIRST)
  const rows = Array.from({ length: Math.ceil(shown / PER_ROW) }, (_, row) => row * PER_ROW)
  const at = (event: PointerEvent) => {
    const given = (event.target as HTMLElement).closest<HTMLElement>('[data-at]')?.dataset.at
    onPoint(given === undefined ? undefined : Number(given))
  }
  const mark = (i: number) => (marked && i >= marked.from && i < marked.to ? 'on' : undefined)
  return (
    <section class="linked-hex" aria-label={label} ref={reach} onPointerMove={at}>
      {rows.map((start) => {
        const places = Array.from({ length: Math.min(PER_ROW, shown - start) }, (_, i) => start + i)
        return (
          <pre key={start}>
            <span class="soft">{start.toString(16).padStart(4, '0')} </span>
            {places.map((i) => (
              <span key={i} data-at={i} class={mark(i)}>
                {i === start + 8 ? '  ' : ' '}
                {bytes[i].toString(16).padStart(2, '0')}
              </span>
            ))}
            {'   '.repeat(PER_ROW - places.length)}
            {places.length <= 8 ? ' ' : ''}
            {'  '}
            {places.map((i) => (
              <span key={i} data-at={i} class={`text ${mark(i) ?? ''}`}>
                {bytes[i] >= 0x20 && bytes[i] < 0x7f ? String.fromCharCode(bytes[i]) : '.'}
              </span>
            ))}
          </pre>
        )
      })}
      {shown < bytes.length && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all {bytes.length} bytes
        </button>
      )}
    </section>
  )
}
