import { loadavg } from 'node:os'
import { noBrowser, openBrowser, openTab } from '../test/support/browser.ts'
import { startServer } from '../test/support/server.ts'
import { tasksOf } from './main-thread.ts'
import { millions } from './millions.ts'
import type { Row, Subject } from './report.ts'

const COUNT = 100_000
const NODES = 300
const SIZE = { width: 1440, height: 900 }

/** (g) How long the page keeps its main thread at a time while it is dragged and scrolled. */
export async function framesBench(): Promise<Subject> {
  const title = '(g) Frames of the page: CPU time of the main thread in one piece'
  if (noBrowser) return { title, rows: [], notes: [noBrowser] }
  const server = await startServer((await millions(COUNT)).directory, '--no-capture')
  const browser = await openBrowser()
  const errors: string[] = []
  const rows: Row[] = []
  try {
    const page = await openTab(browser, 'about:blank', errors, SIZE)
    await page.route('**/api/v1/aggregate**', (route) => route.fulfill({ json: { groups: links(), total: { count: 1 } } }))
    await page.goto(`${server.url}/?upper=map&lower=none`)
    await page
      .locator('[data-node]')
      .nth(NODES - 1)
      .waitFor()
    await page.waitForTimeout(2000)
    const box = (await page.locator('[data-node="host-0.shop"] circle').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    rows.push({
      what: `a node of ${NODES} dragged`,
      ...(await tasksOf(browser, page, async () => {
        await page.mouse.move(x, y)
        await page.mouse.down()
        for (let i = 1; i <= 120; i++) await page.mouse.move(x + i, y + 60 * Math.sin(i / 12))
        await page.mouse.up()
      })),
    })
    rows.push({
      what: `a map of ${NODES} zoomed`,
      ...(await tasksOf(browser, page, async () => {
        for (let i = 0; i < 40; i++) await page.mouse.wheel(0, i % 20 < 10 ? -120 : 120)
      })),
    })
    rows.push({
      what: `a map of ${NODES} moved`,
      ...(await tasksOf(browser, page, async () => {
        await page.mouse.move(40, 300)
        await page.mouse.down()
        for (let i = 1; i <= 120; i++) await page.mouse.move(40 + 2 * i, 300 + 60 * Math.sin(i / 12))
        await page.mouse.up()
      })),
    })
    await page.unroute('**/api/v1/aggregate**')
    await page.goto(`${server.url}/?upper=none`)
    await page.locator('.grid-row').first().waitFor()
    await page.waitForTimeout(2000)
    rows.push({
      what: 'the list scrolled over 5,000 rows',
      ...(await tasksOf(browser, page, async () => {
        await page.mouse.move(500, 600)
        for (let i = 0; i < 250; i++) await page.mouse.wheel(0, 500)
        await page.waitForTimeout(1000)
      })),
    })
    return {
      title,
      rows,
      notes: [
        ...errors,
        `load average ${loadavg()[0].toFixed(1)}; CPU time, as a frame on the clock is what others leave of the processor`,
      ],
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}

const links = () =>
  Array.from({ length: NODES - 1 }, (_, i) =>
    [0, 1].map((side) => ({
      key: [`host-${(i * 7 + side * 13) % (i + 1)}.shop`, `host-${i + 1}.shop`, side ? 'redis' : 'http', '2xx'],
      ...{ count: i + 1, errors: 0, bytes: i * 100, mean: 1e6, max: 2e6, p99: 2e6 },
    })),
  ).flat()
