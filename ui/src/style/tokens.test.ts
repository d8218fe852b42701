import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
)

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const TEXT: [string[], string[]][] = [
  [
    ['ink', 'ink-soft', 'accent', 'error-ink', 'warn-ink', 'good-ink', 'move-ink', 'none-ink', 'code-name', 'code-text', 'code-key'],
    ['paper', 'sunken', 'raised', 'hover', 'select'],
  ],
  [['error-ink'], ['error-back']],
  [['warn-ink'], ['warn-back']],
  [['none-ink'], ['none-back']],
  [['on-accent'], ['accent']],
  [['ink'], ['mark']],
]
const pairs = TEXT.flatMap(([inks, backs]) => inks.flatMap((ink) => backs.map((back) => [ink, back] as const)))

describe.each(['light', 'dark'] as const)('text in %s colours', (theme) => {
  it.each(pairs)('%s can be read on %s (WCAG AA)', (ink, back) =>
    expect(contrast(tokens.get(ink)![theme], tokens.get(back)![theme])).toBeGreaterThanOrEqual(4.5),
  )
  it.each(['bar-5xx', 'bar-4xx', 'bar-none', 'bar-3xx', 'bar-2xx', ...Array.from({ length: 8 }, (_, i) => `series-${i + 1}`)])(
    '%s stands out from paper',
    (bar) => expect(contrast(tokens.get(bar)![theme], tokens.get('paper')![theme])).toBeGreaterThanOrEqual(3),
  )
})
