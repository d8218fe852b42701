import { effect } from '@preact/signals'
import { render } from 'preact'
import './style/tokens.css'
import './style/base.css'
import './style/bars.css'
import './style/panels.css'
import './style/timeline.css'
import './style/grid.css'
import './style/details.css'
import './style/overlays.css'
import { choose } from './state/extent.ts'
import { listenToKeys } from './state/keys.ts'
import './state/live.ts'
import { q } from './state/place.ts'
import { App } from './views/App.tsx'
import './views/shortcuts.ts'

effect(() => {
  document.title = q.value ? `${q.value} – Spider` : 'Spider'
})

void choose()
listenToKeys()
render(<App />, document.getElementById('app')!)
