import type { Page } from 'playwright-core'

/** Drops a file on a page, as a person does with one from a folder. */
export async function drop(page: Page, name: string, content: Uint8Array | string): Promise<void> {
  const base64 = Buffer.from(content).toString('base64')
  const transfer = await page.evaluateHandle(`{
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob('${base64}'), char => char.charCodeAt(0))], ${JSON.stringify(name)}))
    data
  }`)
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('body', type, { dataTransfer: transfer })
}
