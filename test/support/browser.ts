import { spawnSync } from 'node:child_process'
import { type Browser, chromium } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => spawnSync(path, ['--version']).status === 0,
)

/** Why no page can be looked at here; undefined when it can. */
export const noBrowser: string | undefined = executablePath ? undefined : 'left out: no Chromium on this machine'

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
