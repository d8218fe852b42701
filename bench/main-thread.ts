import type { Browser, Page } from 'playwright-core'
import { quantile } from './measure.ts'
import type { Row } from './report.ts'

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  /** µs of CPU, and on the clock. */
  tdur?: number
  dur?: number
  args: { name?: string }
}

/** What Chromium's tracing tells of the tasks of the page's main thread meanwhile. */
export async function tasksOf(browser: Browser, page: Page, act: () => Promise<void>): Promise<Row> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const main = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && main.has(`${pid} ${tid}`))
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1000)
  const long = cpu.filter((ms) => ms > 4)
  return {
    tasks: tasks.length,
    'p95 ms of those over 4': long.length > 0 ? quantile(long, 0.95) : 0,
    'most ms': cpu.reduce((most, ms) => Math.max(most, ms), 0),
    'most on the clock ms': tasks.reduce((most, { dur = 0 }) => Math.max(most, dur / 1000), 0),
    'over 50 ms': cpu.filter((ms) => ms > 50).length,
  }
}
