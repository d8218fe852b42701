import { TABS } from '../logic/address.ts'
import { bind } from '../state/keys.ts'
import { back, call, go } from '../state/place.ts'
import { filterLine } from './FilterBar.tsx'
import { sheet } from './Keys.tsx'
import { step, toggleLive, togglePause, zoomBy } from './RangeControls.tsx'
import { toggleFacets } from './Side.tsx'

bind({
  title: 'Everywhere',
  bindings: [
    {
      keys: ['?'],
      what: 'this sheet',
      run: () => {
        sheet.value = !sheet.value
      },
    },
    { keys: ['/'], what: 'to the filter', run: () => filterLine.current?.focus() },
    { keys: ['v'], what: 'facets: values of the calls, counted', run: toggleFacets },
  ],
})

bind({
  title: 'Time',
  bindings: [
    { keys: ['l'], what: 'live, or hold', run: toggleLive },
    { keys: ['p'], what: 'pause what is live, or go on', run: togglePause },
    { keys: ['b'], what: 'back to the range before', run: back },
    { keys: ['+', '='], what: 'less time', run: () => zoomBy(0.5) },
    { keys: ['-'], what: 'more time', run: () => zoomBy(2) },
    { keys: ['['], what: 'earlier', run: () => step(-1) },
    { keys: [']'], what: 'later', run: () => step(1) },
  ],
})

bind({
  title: 'The opened call',
  bindings: [
    {
      keys: TABS.map((_, i) => String(i + 1)),
      what: TABS.join(', '),
      run: (key) => {
        if (call.value) go({ tab: TABS[Number(key) - 1] }, 'replace')
      },
    },
  ],
})
