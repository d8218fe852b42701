import { useState } from 'preact/hooks'

export interface StripPart {
  from: number
  to: number
  /** Class of the part: how it looks. */
  level: string
  lines: string[]
}

/** A moment at which something happened. */
export interface StripMark {
  time: number
  /** Class of the mark: how it looks. */
  kind: string
  title: string
}

interface StripProps {
  label: string
  from: number
  to: number
  parts: StripPart[]
  marks: StripMark[]
  /** px left free at both ends, to lie under a chart. */
  left: number
  right: number
  titleOf(part: StripPart): string
}

/** A line of time whose stretches say something when the pointer is on them. */
export function Strip({ label, from, to, parts, marks, left, right, titleOf }: StripProps) {
  const [hovered, setHovered] = useState<number>()
  const share = (time: number) => ((time - from) / (to - from)) * 100
  const part = hovered === undefined ? undefined : parts[hovered]
  return (
    <div class="strip" role="img" aria-label={label} style={{ marginLeft: `${left}px`, marginRight: `${right}px` }}>
      {parts.map((each, i) => (
        <span
          key={each.from}
          class={`strip-part ${each.level}`}
          style={{ left: `${share(each.from)}%`, width: `${share(each.to) - share(each.from)}%` }}
          onPointerEnter={() => setHovered(i)}
          onPointerLeave={() => setHovered(undefined)}
        />
      ))}
      {marks.map(({ time, kind, title }) => (
        <span key={`${time}/${title}`} class={`strip-mark mark-${kind}`} title={title} style={{ left: `${share(time)}%` }} />
      ))}
      {part && (
        <div class={`chart-tip under ${share(part.from) > 50 ? 'to-left' : ''}`} style={{ left: `${share((part.from + part.to) / 2)}%` }}>
          <b>{titleOf(part)}</b>
          {part.lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
    </div>
  )
}
