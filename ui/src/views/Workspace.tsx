import { useEffect, useRef, useState } from 'preact/hooks'
import { address, call, go } from '../state/place.ts'
import { Splitter } from '../widgets/Splitter.tsx'
import { Details } from './details/Details.tsx'
import { Trail } from './details/Trail.tsx'
import { Panel } from './Panel.tsx'
import { chosen, LOWER, UPPER } from './registry.ts'
import { Side } from './Side.tsx'
import { Timeline } from './Timeline.tsx'

const LEAST_DETAILS = 360
const LEAST_VIEW = 340
const SHARE = 0.44
const LEAST_PANEL = 90
const UPPER_SHARE = 0.34
/** Left for the timeline and the tabs of the lower panel. */
const OTHERS = 260

/** Views above and below the timeline, and beside them what was opened there. */
export function Workspace() {
  const box = useRef<HTMLElement>(null)
  const [{ width, height }, setSize] = useState({ width: innerWidth, height: innerHeight })
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setSize({ width: contentRect.width, height: contentRect.height }))
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  const most = Math.max(width - LEAST_VIEW, LEAST_DETAILS)
  const panel = Math.min(Math.max(address.value.panel ?? Math.round(width * SHARE), LEAST_DETAILS), most)
  return (
    <main class="workspace" ref={box}>
      <div class="column">
        <Upper most={Math.max(height - OTHERS, LEAST_PANEL)} />
        <Timeline />
        <Side>
          <Panel place="lower" label="Calls" views={LOWER} />
        </Side>
      </div>
      {call.value && (
        <>
          <Splitter
            label="Width of the details"
            axis="x"
            value={panel}
            min={LEAST_DETAILS}
            max={most}
            sign={-1}
            onChange={(size) => go({ panel: size }, 'replace')}
          />
          <aside class="details" aria-label="The call" style={{ width: `${panel}px` }}>
            <Trail />
            <Details />
          </aside>
        </>
      )}
    </main>
  )
}

function Upper({ most }: { most: number }) {
  if (UPPER.length === 0) return null
  const open = chosen(UPPER, address.value.upper) !== undefined
  const alone = chosen(LOWER, address.value.lower) === undefined
  const height = Math.min(Math.max(address.value.top ?? Math.round(most * UPPER_SHARE), LEAST_PANEL), most)
  return (
    <>
      <div class={`upper ${alone ? 'alone' : ''}`} style={{ height: open && !alone ? `${height}px` : undefined }}>
        <Panel place="upper" label="Overview" views={UPPER} />
      </div>
      {open && !alone && (
        <Splitter
          label="Height of the overview"
          axis="y"
          value={height}
          min={LEAST_PANEL}
          max={most}
          sign={1}
          onChange={(top) => go({ top }, 'replace')}
        />
      )}
    </>
  )
}
