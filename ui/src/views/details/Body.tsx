import { useMemo } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { Content } from '../../logic/body/forms.ts'
import { bytes } from '../../logic/format.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { ContentView } from './ContentView.tsx'

type BodyOf = NonNullable<NonNullable<ExchangeDocument['http']>['request']>['body']

interface Props {
  body: BodyOf
  /** The media type with its parameters. */
  type: string | undefined
  /** Bodies were asked for. */
  read: boolean
  label: string
  /** Where its kept bytes can be had from. */
  url: string
}

/** A decoded body: in the forms it can take, to be copied and downloaded. Nothing of it is ever run. */
export function Body({ body, type, read, label, url }: Props) {
  const { content, encoding, truncated, undecoded } = body
  const shown = useMemo(
    () => (content === undefined ? undefined : new Content({ content, encoding, type: type ?? '' })),
    [content, encoding, type],
  )
  if (body.bytes === 0 && !content) return <p class="soft padded">No body.</p>
  if (!shown) return <p class="soft padded">{read ? `The body (${bytes(body.bytes)}) was not kept.` : 'Reading the body …'}</p>
  return (
    <section class="body" aria-label={label}>
      <div class="body-head">
        <h3>Body</h3>
        <span class="soft">
          {type ?? 'no media type'} · {bytes(body.bytes)}
          {truncated && (
            <span class="warn" title="The setting SPIDER_KEEP_BODY says how much is kept of a body">
              {` · only its beginning was kept (${bytes(shown.bytes.length)})`}
            </span>
          )}
          {undecoded && ` · as on the wire: ${undecoded}`}
        </span>
        <div class="space" />
        <CopyButton
          text={() => shown.text ?? shown.base64}
          label={shown.text === undefined ? 'Copy the body in base64' : 'Copy the body'}
        />
        <a class="button quiet" href={url} download title={truncated ? 'Download what was kept of it' : 'Download the body, decoded'}>
          Download
        </a>
      </div>
      <ContentView content={shown} label={label} url={url} />
    </section>
  )
}
