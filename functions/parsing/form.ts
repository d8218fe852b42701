import { headerOf } from '#engines/http/change.ts'
import type { HttpMessage } from '#engines/http/facts.ts'
import { readMultipart } from '#engines/media/multipart.ts'
import { parameters } from '#engines/media/parameters.ts'
import type { FormField } from '#events/documents/exchange.ts'
import { headerIn } from '../lane/headers.ts'
import { contentOf } from './content.ts'

const MOST_FIELDS = 1000
/** What is shown of a field's content, in bytes: the body has all of it. */
const MOST_CONTENT = 4096

/** The fields of a body that is a form, or has parts (multipart), as far as it was kept. Undefined: it is no such body. */
export const fieldsOf = ({ headers, body }: HttpMessage): FormField[] | undefined => {
  const { content } = body
  if (content === undefined || content.length === 0 || body.undecoded !== undefined) return undefined
  const type = headerOf(headers, 'content-type') ?? ''
  if (/^\s*multipart\//i.test(type)) return parts(content, type, body.truncated)
  if (!/^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return undefined
  const { content: text, encoding } = contentOf(content, body.truncated)
  if (encoding !== 'utf-8') return undefined
  const pairs = parameters(text.trim()).slice(0, MOST_FIELDS)
  return pairs.map(([name, value], i) => ({ name, ...shown(Buffer.from(value), body.truncated && i === pairs.length - 1) }))
}

const parts = (content: Uint8Array, type: string, truncated: boolean): FormField[] | undefined =>
  readMultipart(content, type)?.map(({ name, file, headers, body, cut }) => {
    const mimeType = headerIn(headers, 'content-type')
    return {
      ...(name !== undefined && { name }),
      ...(file !== undefined && { file }),
      ...(mimeType !== undefined && { mime_type: mimeType }),
      ...shown(body, cut && truncated),
    }
  })

const shown = (bytes: Uint8Array, truncated: boolean) => {
  const cut = truncated || bytes.length > MOST_CONTENT
  return { bytes: bytes.length, ...contentOf(bytes.subarray(0, MOST_CONTENT), cut), ...(cut && { truncated: true }) }
}
