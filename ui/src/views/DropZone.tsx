import { useEffect, useState } from 'preact/hooks'
import { bytes, plural } from '../logic/format.ts'
import { analyse, dismiss, type Transfer, transfers } from '../state/captures.ts'
import { lookAtAll } from '../state/extent.ts'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Takes capture files dropped anywhere on the page, and tells how far they are. */
export function DropZone() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const stop = new AbortController()
    const dragged = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(event.type === 'dragover')
      if (event.type === 'drop') void analyse([...(event.dataTransfer?.files ?? [])])
    }
    addEventListener('dragover', dragged, stop)
    addEventListener('drop', dragged, stop)
    addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), stop)
    return () => stop.abort()
  }, [])
  return (
    <>
      <Transfers />
      {over && (
        <div class="drop">
          <p>Drop capture files or HTTP Archives to analyse them, or key logs to open TLS</p>
          <p class="soft">pcap, pcapng or HAR, also compressed with gzip or zstd; .keys, .keylog, .log, .txt</p>
        </div>
      )}
    </>
  )
}

/** The same for those who do not drag. */
export function AddFiles({ label = 'Open capture' }: { label?: string }) {
  return (
    <label
      class="button quiet file"
      title="Analyse capture files (pcap, pcapng) and HTTP Archives (HAR); they can also be dropped anywhere"
    >
      {label}
      <input
        type="file"
        multiple
        onChange={(event) => {
          void analyse([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
    </label>
  )
}

function Transfers() {
  if (transfers.value.length === 0) return null
  return (
    <section class="transfers" aria-label="Capture files">
      {transfers.value.map((transfer) => (
        <TransferRow key={transfer.key} transfer={transfer} />
      ))}
    </section>
  )
}

const contents = ({ packets, calls }: Transfer): string => (calls === undefined ? plural(packets, 'packet') : plural(calls, 'call'))

const WORDS: Record<Transfer['state'], (transfer: Transfer) => string> = {
  sending: ({ done, bytes: all }) => `sending, ${bytes(done)} of ${bytes(all)}`,
  reading: (transfer) => `reading, ${bytes(transfer.done)} of ${bytes(transfer.bytes)}, ${contents(transfer)}`,
  done: (transfer) =>
    transfer.packets === 0 && transfer.calls === undefined && transfer.message
      ? transfer.message
      : `${contents(transfer)} read${transfer.message ? `; ${transfer.message}` : ''}`,
  failed: ({ message }) => message ?? 'failed',
}

function TransferRow({ transfer }: { transfer: Transfer }) {
  const { key, name, state, done, bytes: all } = transfer
  const over = state === 'done' || state === 'failed'
  return (
    <article class={`transfer transfer-${state}`}>
      <b>{name}</b>
      <span role="status">{WORDS[state](transfer)}</span>
      {over ? (
        <span class="transfer-buttons">
          {state === 'done' && (
            <button type="button" class="quiet" onClick={() => void lookAtAll()}>
              Show everything
            </button>
          )}
          <button type="button" class="quiet icon" aria-label={`Dismiss ${name}`} onClick={() => dismiss(key)}>
            ✕
          </button>
        </span>
      ) : (
        <progress value={done} max={Math.max(all, 1)} aria-label={`Progress of ${name}`} />
      )}
    </article>
  )
}
