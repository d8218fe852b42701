import { useEffect, useMemo, useRef } from 'preact/hooks'
import { reach } from './reach.ts'
import { useVirtual } from './virtual.ts'

interface HexViewProps {
  rows: number
  rowOf(index: number): { offset: string; hex: string; text: string }
  label: string
}

const ROW = 18

/** Bytes in hex and as characters, any number of them. */
export function HexView({ rows, rowOf, label }: HexViewProps) {
  const scroller = useRef<HTMLElement>(null)
  useEffect(() => reach(scroller.current), [])
  const list = useVirtual(scroller, rows, ROW)
  const items = list.getVirtualItems()
  const texts = useMemo(() => items.map(({ index }) => rowOf(index)), [items, rowOf])
  return (
    <section class="hex" ref={scroller} aria-label={label}>
      <div class="hex-rows" style={{ height: `${list.getTotalSize()}px` }}>
        {items.map(({ index, start }, i) => (
          <pre key={index} style={{ transform: `translateY(${start}px)` }}>
            <span class="soft">{texts[i].offset}</span> {texts[i].hex} <span class="text">{texts[i].text}</span>
          </pre>
        ))}
      </div>
    </section>
  )
}
