import { useRef, useState } from 'preact/hooks'
import type { Call } from '../../logic/sequence/call.ts'
import { type Drawing, HEAD, type Shape, shorten } from '../../logic/sequence/draw.ts'
import { answerText } from '../../logic/sequence/rows.ts'
import { open, call as openedCall } from '../../state/place.ts'

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }

/** The drawing, with names that stay on top; each arrow opens its call, arrow keys move among them. */
export function Arrows({ drawing: { width, height, shapes, hits, columns }, scale }: { drawing: Drawing; scale: number }) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(0)
  const current = Math.min(at, hits.length - 1)
  const keys = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    const hit = hits[current]
    if (event.key === 'Enter' || event.key === ' ') open(hit.call.id)
    else if (step) {
      const next = Math.min(Math.max(current + step, 0), hits.length - 1)
      setAt(next)
      box.current!.querySelectorAll<SVGElement>('.seq-hit')[next].focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  /** SVG has no button of its own. */
  const button = (call: Call, i: number) => ({
    role: 'button' as const,
    'aria-pressed': call.id === openedCall.value,
    'aria-label': `${call.from} asks ${call.to}: ${call.label}, ${answerText(call)}`,
    tabindex: i === current ? 0 : -1,
    onClick: () => {
      setAt(i)
      open(call.id)
    },
    onKeyDown: keys,
  })
  return (
    <div class="diagram-scroll" ref={box}>
      <div class="seq-names" style={{ width: `${width * scale}px`, height: `${HEAD * Math.min(scale, 1.2)}px` }}>
        {columns.map(({ name, x }) => (
          <b key={name} style={{ left: `${x * scale}px` }} title={name}>
            {shorten(name, 170 * scale)}
          </b>
        ))}
      </div>
      <svg
        class="seq"
        viewBox={`0 ${HEAD - 8} ${width} ${height - HEAD + 8}`}
        width={width * scale}
        height={(height - HEAD + 8) * scale}
        aria-label="Sequence of calls"
        {...{ role: 'group' }}
      >
        {shapes.map((shape, i) => (
          <Drawn key={i} shape={shape} />
        ))}
        {hits.map(({ call, ...rect }, i) => (
          <rect key={`${call.id} ${i}`} class="seq-hit" {...rect} {...button(call, i)}>
            <title>{`${call.label}\n${call.from} → ${call.to}\n${answerText(call)}`}</title>
          </rect>
        ))}
      </svg>
    </div>
  )
}

function Drawn({ shape }: { shape: Shape }) {
  const look = `seq-${shape.kind} ${shape.tone}`
  switch (shape.kind) {
    case 'line':
      return <line class={look} x1={shape.x1} y1={shape.y1} x2={shape.x2} y2={shape.y2} />
    case 'rect':
      return <rect class={look} x={shape.x} y={shape.y} width={shape.width} height={shape.height} rx={2} />
    case 'path':
      return <path class={look} d={shape.d} />
    case 'text':
      return (
        <text class={look} x={shape.x} y={shape.y} text-anchor={shape.anchor}>
          {shape.text}
        </text>
      )
  }
}
