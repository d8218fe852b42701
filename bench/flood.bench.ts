import { loadavg } from 'node:os'
import { noBrowser, openBrowser, openTab } from '../test/support/browser.ts'
import { openFlood } from '../test/support/flood.ts'
import { eventually } from '../test/support/server.ts'
import { tasksOf } from './main-thread.ts'
import type { Row, Subject } from './report.ts'

const A_SECOND = 5000
const SECONDS = 60

/** (l) The page while calls pour in: its main thread, and whether it counts every call. */
export async function floodBench(): Promise<Subject> {
  const title = `(l) Live at ${A_SECOND.toLocaleString('en')} calls a second, for ${SECONDS} s`
  if (noBrowser) return { title, rows: [], notes: [noBrowser] }
  const flood = await openFlood()
  const browser = await openBrowser()
  const errors: string[] = []
  try {
    const page = await openTab(browser, `${flood.url}/?live=15m`, errors)
    await flood.pour(1)
    await page.locator('.grid-row').first().waitFor()
    let rate = ''
    const began = performance.now()
    const tasks = await tasksOf(browser, page, async () => {
      const flowing = flood.flow(A_SECOND, SECONDS)
      rate = (await page.getByText(/^showing .* calls a second$/).textContent()) ?? ''
      await flowing
    })
    const seconds = (performance.now() - began) / 1000
    const stored = await flood.stored()
    const counted = page.getByLabel('Calls in this range')
    const shown = await eventually(async () => {
      const text = (await counted.textContent())?.replaceAll(',', '')
      return text === String(stored) ? text : undefined
    }).catch(async () => (await counted.textContent()) ?? '')
    const rows: Row[] = [{ ...tasks, stored, counted: Number(shown.replaceAll(',', '')) }]
    const notes = [
      ...errors,
      rate,
      `${(stored / seconds).toFixed(0)} calls a second were stored`,
      `load average ${loadavg()[0].toFixed(1)}`,
    ]
    return { title, rows, notes }
  } finally {
    await browser.close()
    await flood.close()
  }
}
