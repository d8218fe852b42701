import { useEffect, useRef, useState } from 'preact/hooks'
import { address, call, go } from '../state/place.ts'
import { Splitter } from '../widgets/Splitter.tsx'
import { Calls } from './Calls.tsx'
import { Details } from './details/Details.tsx'

const LEAST_DETAILS = 360
const LEAST_VIEW = 340
const SHARE = 0.44

/** The view (of which there is one so far: the grid of calls), and beside it what was opened there. */
export function Workspace() {
  const box = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(innerWidth)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width))
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  const most = Math.max(width - LEAST_VIEW, LEAST_DETAILS)
  const panel = Math.min(Math.max(address.value.panel ?? Math.round(width * SHARE), LEAST_DETAILS), most)
  return (
    <main class="workspace" ref={box}>
      <Calls />
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
            <Details />
          </aside>
        </>
      )}
    </main>
  )
}
