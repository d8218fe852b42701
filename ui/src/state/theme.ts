import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'spider.theme'

const known = (text: string | null): Theme => (text === 'light' || text === 'dark' ? text : 'system')

export const theme = signal<Theme>(known(localStorage.getItem(KEY)))
/** Counts up when the colours on the screen changed: canvases draw again. */
export const painted = signal(0)

effect(() => {
  const { documentElement } = document
  if (theme.value === 'system') {
    delete documentElement.dataset.theme
    localStorage.removeItem(KEY)
  } else {
    documentElement.dataset.theme = theme.value
    localStorage.setItem(KEY, theme.value)
  }
  painted.value = painted.peek() + 1
})

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => painted.value++)

/** The next of system, light and dark. */
export function turn(): void {
  theme.value = { system: 'light', light: 'dark', dark: 'system' }[theme.value] as Theme
}
