import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { type Part, readMultipart } from '#engines/media/multipart.ts'
import { Content } from '../../logic/body/forms.ts'
import { toBase64 } from '../../logic/copy/request.ts'
import { bytes, count } from '../../logic/format.ts'
import { header } from '../../logic/headers.ts'

interface Props {
  content: Content
  label: string
  /** Shows what is in a part. */
  write(content: Content, label: string): ComponentChildren
}

/** Parts that are shown at once, each with a view of its own. */
const MOST_PARTS = 50

/** The parts of a multipart body, each as a body of its own. */
export function Parts({ content, label, write }: Props) {
  const parts = useMemo(() => readMultipart(content.bytes, content.type), [content])
  if (!parts) return <p class="soft padded">Its boundary is not in it: see the text, or hex.</p>
  return (
    <ol class="parts" aria-label={label}>
      {parts.slice(0, MOST_PARTS).map((part, i) => (
        <li key={`${i} ${part.name}`}>
          <PartView part={part} write={write} label={`Part ${i + 1}${part.name ? `: ${part.name}` : ''}`} />
        </li>
      ))}
      {parts.length > MOST_PARTS && <li class="soft padded">{count(parts.length - MOST_PARTS)} more parts; hex has all.</li>}
    </ol>
  )
}

function PartView({ part, label, write }: { part: Part } & Omit<Props, 'content'>) {
  const inner = useMemo(() => new Content(keptOf(part)), [part])
  const short = inner.text !== undefined && inner.text.length < 200 && !inner.text.includes('\n') && part.file === undefined
  return (
    <details class="pairs" open>
      <summary>
        <h3>{part.name ?? label}</h3>{' '}
        <span class="soft">
          {[part.file, header(part.headers, 'content-type'), bytes(part.body.length), part.cut && 'its end is missing']
            .filter(Boolean)
            .join(' · ')}
        </span>
      </summary>
      {short ? <p class="first-line">{inner.text}</p> : write(inner, label)}
    </details>
  )
}

function keptOf({ headers, body }: Part) {
  const type = header(headers, 'content-type') ?? ''
  try {
    return { type, content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), encoding: 'utf-8' as const }
  } catch {
    return { type, content: toBase64(body), encoding: 'base64' as const }
  }
}
