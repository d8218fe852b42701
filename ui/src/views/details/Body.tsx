import { useMemo, useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { isProtobuf, show } from '../../logic/body.ts'
import { bytes } from '../../logic/format.ts'
import { fromBase64, hexRow, PER_ROW } from '../../logic/hex.ts'
import { CodeView } from '../../widgets/CodeView.tsx'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { HexView } from '../../widgets/HexView.tsx'
import { Pairs } from './Pairs.tsx'

type BodyOf = NonNullable<NonNullable<ExchangeDocument['http']>['request']>['body']

/** A decoded body: laid out, or as it was. */
export function Body({ body, mime, read, label }: { body: BodyOf; mime: string | undefined; read: boolean; label: string }) {
  const [pretty, setPretty] = useState(true)
  const { content, encoding, truncated, undecoded } = body
  if (body.bytes === 0 && !content) return <p class="soft padded">No body.</p>
  if (content === undefined)
    return <p class="soft padded">{read ? `The body (${bytes(body.bytes)}) was not kept.` : 'Reading the body …'}</p>
  return (
    <section class="body" aria-label={label}>
      <div class="body-head">
        <h3>Body</h3>
        <span class="soft">
          {mime ?? 'no media type'} · {bytes(body.bytes)}
          {truncated && ' · only its beginning was kept'}
          {undecoded && ` · as on the wire: ${undecoded}`}
        </span>
        <div class="space" />
        {(encoding !== 'base64' || isProtobuf(mime)) && (
          <button type="button" class="quiet" aria-pressed={pretty} onClick={() => setPretty(!pretty)}>
            Laid out
          </button>
        )}
        <CopyButton text={() => content} label={encoding === 'base64' ? 'Copy the body in base64' : 'Copy the body'} />
      </div>
      <Content content={content} encoding={encoding} mime={mime} pretty={pretty} label={label} />
    </section>
  )
}

interface ContentProps {
  content: string
  encoding: 'utf-8' | 'base64' | undefined
  mime: string | undefined
  pretty: boolean
  label: string
}

function Content({ content, encoding, mime, pretty, label }: ContentProps) {
  const shown = useMemo(() => show({ content, encoding }, mime, pretty), [content, encoding, mime, pretty])
  const binary = useMemo(() => (shown.form === 'hex' ? fromBase64(shown.base64) : undefined), [shown])
  const rowOf = useMemo(() => (row: number) => hexRow(binary!, row), [binary])
  if (shown.form === 'pairs') return <Pairs title="Form" pairs={shown.pairs} copy={() => content} />
  if (binary) return <HexView rows={Math.ceil(binary.length / PER_ROW)} rowOf={rowOf} label={label} />
  return shown.form === 'code' ? <CodeView text={shown.text} language={shown.language} label={label} /> : null
}
