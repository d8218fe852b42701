import { spawnSync } from 'node:child_process'
import { type Browser, chromium, type Page } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => spawnSync(path, ['--version']).status === 0,
)

/** Why no page can be looked at here; undefined when it can. */
export const noBrowser: string | undefined = executablePath ? undefined : 'left out: no Chromium on this machine'

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })

/** A page as somebody else's browser would show it: nothing is shared with other tabs. What goes wrong in it is put into `errors`. */
export async function openTab(browser: Browser, url: string, errors: string[], viewport = { width: 1440, height: 900 }): Promise<Page> {
  const page = await (await browser.newContext({ viewport })).newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(url)
  return page
}
