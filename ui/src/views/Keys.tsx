import { signal } from '@preact/signals'
import { sections } from '../state/keys.ts'
import { Dialog } from '../widgets/Dialog.tsx'

/** Whether the sheet of keys is open. */
export const sheet = signal(false)

const NAMES: Record<string, string> = { Escape: 'Esc', '-': '−' }

/** The keys, for those who ask. */
export function Keys() {
  return (
    <>
      <button
        type="button"
        class="quiet icon"
        title="Keys (?)"
        aria-label="Keys"
        aria-haspopup="dialog"
        onClick={() => {
          sheet.value = true
        }}
      >
        ⌨
      </button>
      {sheet.value && (
        <Dialog
          title="Keys"
          onClose={() => {
            sheet.value = false
          }}
        >
          <div class="keys">
            {sections.value.map(({ title, bindings }) => (
              <section key={title}>
                <h3>{title}</h3>
                <table>
                  <tbody>
                    {bindings.map(({ keys, what }) => (
                      <tr key={what}>
                        <th scope="row">
                          {keys.map((key) => (
                            <kbd key={key}>{NAMES[key] ?? key}</kbd>
                          ))}
                        </th>
                        <td>{what}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            ))}
          </div>
          <p class="soft">On the timeline: drag to zoom in, wheel to zoom, Shift and wheel to move, double click to go back.</p>
        </Dialog>
      )}
    </>
  )
}
