import { useEffect, useState } from 'preact/hooks'
import { reachable, retry, retryAt } from '../state/connection.ts'

/** Says that the server is gone, and when it is asked again. Lies over the page, so that nothing moves. */
export function Connection() {
  const [now, setNow] = useState(Date.now())
  const gone = !reachable.value
  useEffect(() => {
    if (!gone) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [gone])
  if (!gone) return null
  const seconds = Math.max(0, Math.ceil((retryAt.value - now) / 1000))
  return (
    <div class="connection" role="alert">
      <i class="dot wrong" />
      Spider's server does not answer. What is shown is what was known. {seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying …'}
      <button type="button" onClick={() => void retry()}>
        Try now
      </button>
    </div>
  )
}
