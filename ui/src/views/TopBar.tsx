import { theme, turn } from '../state/theme.ts'
import { Agents } from './Agents.tsx'
import { AddFiles } from './DropZone.tsx'
import { Keys } from './Keys.tsx'
import { License } from './License.tsx'
import { RangeControls } from './RangeControls.tsx'
import { SavedMenu } from './SavedMenu.tsx'

const THEMES = { system: ['◐', 'as the system'], light: ['☀', 'light'], dark: ['☾', 'dark'] } as const

export function TopBar() {
  const [sign, name] = THEMES[theme.value]
  return (
    <header class="top-bar">
      <h1>
        <img src="/spider.svg" alt="" width="20" height="20" />
        <span>Spider</span>
      </h1>
      <RangeControls />
      <div class="space" />
      <SavedMenu />
      <AddFiles />
      <Agents />
      <License />
      <Keys />
      <button type="button" class="quiet icon" title={`Colours: ${name}`} aria-label={`Colours: ${name}`} onClick={turn}>
        {sign}
      </button>
    </header>
  )
}
