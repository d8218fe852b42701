import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { show } from './body.ts'
import { fromBase64, hexRow } from './hex.ts'
import { layoutJson } from './json.ts'
import { layoutXml } from './xml.ts'

describe('JSON', () => {
  it('means the same laid out, and is laid out as JSON.stringify does', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(layoutJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
      }),
    ))
  it.each([
    ['{"id":12345678901234567890.10,"id":1}', '{\n  "id": 12345678901234567890.10,\n  "id": 1\n}'],
    ['{"a":[1,{"b":"x\\"', '{\n  "a": [\n    1,\n    {\n      "b": "x\\"'],
    ['{ }\n{"a":1}\n', '{}\n{\n  "a": 1\n}'],
    ['not json at all]', 'notjsonatall\n]'],
  ])('%s', (text, laid) => expect(layoutJson(text)).toBe(laid))
})

describe('XML', () => {
  it.each([
    ['<a><b>x</b><c/><d></d></a>', '<a>\n  <b>x</b>\n  <c/>\n  <d></d>\n</a>'],
    [
      '<?xml version="1.0"?><!-- n --><a k="1"><![CDATA[<x>]]></a>',
      '<?xml version="1.0"?>\n<!-- n -->\n<a k="1">\n  <![CDATA[<x>]]>\n</a>',
    ],
    ['<a><b>cut', '<a>\n  <b>\n    cut'],
    ['</b></a>x < y', '</b>\n</a>\nx\n< y'],
  ])('%s', (text, laid) => expect(layoutXml(text)).toBe(laid))
})

describe('a body', () => {
  it.each([
    ['application/json', '{"a":1}', { form: 'code', language: 'json', text: '{\n  "a": 1\n}' }],
    ['application/problem+json; charset=utf-8', '1', { form: 'code', language: 'json', text: '1' }],
    ['application/atom+xml', '<a><b/></a>', { form: 'code', language: 'xml', text: '<a>\n  <b/>\n</a>' }],
    ['text/html', '<p><script>x</script>', { form: 'code', language: 'html', text: '<p><script>x</script>' }],
    [
      'application/x-www-form-urlencoded',
      'a=1&b=%26',
      {
        form: 'pairs',
        pairs: [
          ['a', '1'],
          ['b', '&'],
        ],
      },
    ],
    ['text/css', '{"a":1}', { form: 'code', language: 'text', text: '{"a":1}' }],
    [undefined, ' [1]', { form: 'code', language: 'json', text: '[\n  1\n]' }],
    ['text/plain', '{x}', { form: 'code', language: 'text', text: '{x}' }],
  ])('of %s', (mime, content, shown) => expect(show({ content, encoding: 'utf-8' }, mime, true)).toEqual(shown))
  it('is left alone when asked', () =>
    expect(show({ content: '{"a":1}' }, 'application/json', false)).toEqual({ form: 'code', language: 'json', text: '{"a":1}' }))
  it('is bytes when it is not text', () =>
    expect(show({ content: 'AAE=', encoding: 'base64' }, 'image/png', true)).toEqual({ form: 'hex', base64: 'AAE=' }))
  it.each([
    ['application/x-protobuf', '\b\x01', '1: 1'],
    ['application/grpc+proto', '\0\0\0\0\x02\b\x01', '# message 1, 2 bytes\n1: 1'],
    ['application/grpc-web-text', btoa('\0\0\0\0\x02\b\x01'), '# message 1, 2 bytes\n1: 1'],
  ])('is messages of protobuf in %s', (mime, content, text) => {
    expect(show({ content }, mime, true)).toEqual({ form: 'code', language: 'text', text })
    if (mime.endsWith('text')) return
    expect(show({ content: btoa(content), encoding: 'base64' }, mime, true)).toEqual({ form: 'code', language: 'text', text })
    expect(show({ content: btoa(content), encoding: 'base64' }, mime, false).form).toBe('hex')
  })
})

it('hex rows', () => {
  const bytes = fromBase64(btoa('GET / HTTP/1.1\r\nx'))
  expect(hexRow(bytes, 0)).toEqual({
    offset: '00000000',
    hex: '47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a',
    text: 'GET / HTTP/1.1..',
  })
  expect(hexRow(bytes, 1).offset + hexRow(bytes, 1).text).toBe('00000010x')
  expect(hexRow(bytes, 1).hex.length).toBe(48)
})

describe('what is made to be hard', () => {
  it.each(['<', '<!--', '<![CDATA[', '<?', '<a>', '</', '{', '[', '["', '[[],'])('many %s take no time and no room', (part) => {
    const text = part.repeat(Math.floor(1_000_000 / part.length))
    const start = performance.now()
    const laid = [layoutXml(text), layoutJson(text)]
    expect(performance.now() - start).toBeLessThan(3000)
    for (const each of laid) expect(each.length).toBeLessThan(30_000_000)
  })
})
