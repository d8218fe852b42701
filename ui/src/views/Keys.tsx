import { Popover } from '../widgets/Popover.tsx'

const KEYS: [string, string][] = [
  ['/', 'to the filter'],
  ['j k ↓ ↑', 'next and previous call'],
  ['← →', 'column of the row'],
  ['f x', 'only, or without, the value in the column'],
  ['Enter', 'open the call'],
  ['Esc', 'close the call; leave the row'],
  ['1 … 6', 'response, request, session, packets, related calls, compare'],
  ['l', 'live, or hold'],
  ['b', 'back to the range before'],
  ['+ −', 'less or more time'],
  ['[ ]', 'earlier or later'],
  ['n', 'show new calls'],
]

/** The keys, for those who ask. */
export function Keys() {
  return (
    <Popover label="Keys" button="⌨" buttonClass="quiet icon">
      <table class="keys">
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={keys}>
              <th scope="row">
                {keys.split(' ').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">On the timeline: drag to zoom in, wheel to zoom, Shift and wheel to move, double click to go back.</p>
    </Popover>
  )
}
