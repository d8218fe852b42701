import { describe, expect, it } from 'vitest'
import { complete } from './complete.ts'

/** `|` is the cursor. */
const at = (text: string) => {
  const { options, ...rest } = complete(text.replace('|', ''), text.indexOf('|'))
  return { ...rest, labels: options.map(({ label }) => label) }
}

describe('complete', () => {
  it.each([
    ['|', 0, 0, 'field', undefined, 'status'],
    ['sta|', 0, 3, 'field', undefined, 'status'],
    ['method:GET pa|', 11, 13, 'field', undefined, 'path'],
    ['-ho|', 1, 3, 'field', undefined, 'host'],
    ['(or|', 1, 3, 'field', undefined, 'transport'],
    ['status|', 6, 6, 'operator', 'http.response.status_code', '>='],
    ['method|', 6, 6, 'operator', 'http.request.method', '!='],
    ['status:|', 7, 7, 'value', 'http.response.status_code', '5xx'],
    ['method:P|', 7, 8, 'value', 'http.request.method', 'POST'],
    ['method:(GET or P|', 15, 16, 'value', 'http.request.method', 'PUT'],
    ['method:(GET or |', 15, 15, 'value', 'http.request.method', 'PUT'],
    ['method:(GET) |', 13, 13, 'field', undefined, 'status'],
    ['method:GET |', 11, 11, 'field', undefined, 'status'],
    ['capture:"inc|', 8, 12, 'value', 'spider.status', 'incomplete'],
    ['st| method:GET', 0, 2, 'field', undefined, 'status'],
  ])('%s', (text, from, to, kind, field, label) => {
    const found = at(text)
    expect(found).toMatchObject({ from, to, kind })
    expect(found.field).toBe(field)
    expect(found.labels).toContain(label)
  })

  it('says what was typed of a value, for looking it up', () => {
    expect(at('host:sh|')).toMatchObject({ kind: 'value', field: 'url.domain', prefix: 'sh', labels: [] })
  })

  it('offers no order where there is none', () => expect(at('method|').labels).not.toContain('>'))
})
