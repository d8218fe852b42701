/**
 * Runs one piece of work at a time; of those asked for meanwhile only the newest is run, the others are let go.
 * So a slow server gets the question that still matters, not every one that was ever asked.
 */
export function latest(): (work: (signal: AbortSignal) => Promise<void>) => void {
  let running: AbortController | undefined
  let next: ((signal: AbortSignal) => Promise<void>) | undefined
  const run = async (work: (signal: AbortSignal) => Promise<void>) => {
    running = new AbortController()
    try {
      await work(running.signal)
    } finally {
      running = undefined
      if (next) {
        const newest = next
        next = undefined
        void run(newest)
      }
    }
  }
  return (work) => {
    if (!running) return void run(work)
    next = work
    running.abort()
  }
}
