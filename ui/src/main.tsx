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
// Also those of parts that are loaded later: of a part that is asked for again its style would not be.
import './style/dashboard.css'
import './style/details-parts.css'
import './style/statistics.css'
import './views/captures/captures.css'
import './views/facets/facets.css'
import './views/license/license.css'
import './views/map/map.css'
import './views/sequence/sequence.css'
import './views/waterfall/waterfall.css'
import { choose } from './state/extent.ts'
import { listenToKeys } from './state/keys.ts'
import './state/live.ts'
import './state/parts.ts'
import { q } from './state/place.ts'
import { App } from './views/App.tsx'
import './views/shortcuts.ts'

effect(() => {
  document.title = q.value ? `${q.value} – Spider` : 'Spider'
})

void choose()
listenToKeys()
render(<App />, document.getElementById('app')!)
