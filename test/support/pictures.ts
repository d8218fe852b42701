import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Colours change over a moment. */
const SETTLED_MS = 300
const { SCREENSHOTS } = process.env

/** Puts a picture of a page into the folder `$SCREENSHOTS`, for who wants to look; without one, does nothing. */
export async function picture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}

/** One in each colour scheme; the page is left in the light one. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(SETTLED_MS)
    await picture(page, `${name}-${colorScheme}`)
  }
}
