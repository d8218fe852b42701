import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What there is in the page once axe was put into it. */
interface Axed {
  axe: {
    run(
      context: unknown,
      options: unknown,
    ): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>
  }
  document: { getAnimations(): { finished: Promise<unknown> }[] }
}

const SCHEMES = ['dark', 'light'] as const

/** What axe finds against WCAG 2.2 AA within an element, in dark and in light colours, a line each: colours, rule, and where. The page is left in light ones. */
export async function faultsOf(page: Page, within: string): Promise<string[]> {
  const faults: string[] = []
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    faults.push(...(await faultsNow(page, within)).map((fault) => `${colorScheme}: ${fault}`))
  }
  return faults
}

async function faultsNow(page: Page, within: string): Promise<string[]> {
  // `evaluate` is not bound by the page's policy, which lets no script in.
  await page.evaluate(AXE)
  return page.evaluate(async (element) => {
    const { axe, document } = globalThis as unknown as Axed
    const passing = document.getAnimations().filter((animation) => 'transitionProperty' in animation)
    await Promise.allSettled(passing.map(({ finished }) => finished)) // a colour on its way to another is neither
    const { violations } = await axe.run(
      { include: [element], exclude: ['iframe'] },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    )
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary.replaceAll('\n', ' ')}`),
    )
  }, within)
}
