import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLinear } from '#engines/linear.case.ts'
import { fromBase64, hexRow } from '../hex.ts'
import { readCsv } from './csv.ts'
import { readEvents } from './event-stream.ts'
import { Content, formsOf, protobuf } from './forms.ts'
import { layoutJson } from './json-layout.ts'
import { above, foldable, pathOf, readJson, search, textOf, visible } from './json-tree.ts'
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

const content = (type: string, text: string) => new Content({ type, content: text, encoding: 'utf-8' })
const binary = (type: string, bytes: string) => new Content({ type, content: btoa(bytes), encoding: 'base64' })

describe('a body', () => {
  it.each([
    ['application/json', '{"a":1}', 'tree'],
    ['application/problem+json; charset=utf-8', '1', 'tree'],
    ['application/x-ndjson', '{}\n{}', 'tree'],
    ['application/atom+xml', '<a/>', 'laid out'],
    ['text/html', '<p><script>x</script>', 'laid out'],
    ['application/x-www-form-urlencoded', 'a=1&b=%26', 'fields'],
    ['text/event-stream', 'data: 1\n\n', 'events'],
    ['text/csv; header=present', 'a,b', 'table'],
    ['multipart/form-data; boundary=x', '--x--', 'parts'],
    ['image/svg+xml', '<svg/>', 'image'],
    ['image/png', 'not one', 'text'],
    ['text/css', '{"a":1}', 'text'],
    ['', ' [1]', 'tree'],
    ['text/plain', '{x}', 'text'],
  ])('of %s: %s', (type, text, form) => expect(formsOf(content(type, text))[0]).toBe(form))

  it.each([
    ['image/png', '\x89PNG\r\n\x1a\n\0', ['image', 'hex']],
    ['application/octet-stream', '\xff\xd8\xff\xe0', ['image', 'hex']],
    ['image/png', '\0\x01\xff', ['hex']],
    ['application/octet-stream', '\0\x01\xff', ['hex']],
    ['application/grpc', '\0\0\0\0\x02\b\x96\x01', ['laid out', 'hex']],
    ['multipart/related; boundary=x', '--x\xff', ['parts', 'hex']],
  ])('of bytes of %s', (type, bytes, forms) => expect(formsOf(binary(type, bytes))).toEqual(forms))

  it('is text in the characters that were named', () => {
    expect(binary('text/plain; charset="ISO-8859-1"', 'caf\xe9')).toMatchObject({ text: 'café', charset: 'ISO-8859-1' })
    expect(binary('text/plain; charset=shift_jis', '\x93\xfa\x96{').text).toBe('日本')
    expect(binary('text/html', '<meta charset=latin1>caf\xe9').text).toBe('<meta charset=latin1>café')
    expect(binary('text/plain', '\xff\xfea\0\xe9\0').text).toBe('aé')
    expect(binary('text/plain; charset=none-such', 'caf\xe9').text).toBeUndefined()
    expect(binary('text/plain', 'caf\xe9').text).toBeUndefined()
    expect([...binary('x/y; charset=latin1', 'caf\xe9').bytes]).toEqual([99, 97, 102, 233])
  })

  it.each([
    ['application/x-protobuf', '\b\x01', '1: 1'],
    ['application/grpc+proto', '\0\0\0\0\x02\b\x01', '# message 1, 2 bytes\n1: 1'],
  ])('is messages of protobuf in %s', (type, bytes, text) => {
    expect(protobuf(content(type, bytes))).toBe(text)
    expect(protobuf(binary(type, bytes))).toBe(text)
  })
  it('is messages of protobuf in base64', () =>
    expect(protobuf(content('application/grpc-web-text', btoa('\0\0\0\0\x02\b\x01')))).toBe('# message 1, 2 bytes\n1: 1'))
})

describe('a tree of JSON', () => {
  const TEXT = '{"id":12345678901234567890.10,"a b":[true,{"it\'s":"x\\u00e9"}],"e":{},"id":null}'
  const tree = readJson(TEXT)
  const told = tree.nodes.map((node, i) => `${pathOf(tree, i)} ${node.kind} ${node.size || textOf(tree, node)}`)
  it('keeps digits, order and doubles, and knows paths', () => {
    expect(told).toEqual([
      '$ object 4',
      '$.id number 12345678901234567890.10',
      "$['a b'] array 2",
      "$['a b'][0] word true",
      "$['a b'][1] object 1",
      "$['a b'][1]['it\\'s'] string xé",
      '$.e object {}',
      '$.id word null',
    ])
    expect(tree.stopped).toBeUndefined()
  })
  it('folds and finds', () => {
    expect(visible(tree, new Set([2]))).toEqual([0, 1, 2, 6, 7])
    expect(visible(tree, foldable(tree, 0))).toEqual([0])
    expect(search(tree, 'XÉ')).toEqual([5])
    expect(search(tree, 'id')).toEqual([1, 7])
    expect(search(tree, "$['a b'][1]")).toEqual([4])
    expect(search(tree, '$.i')).toEqual([1, 7])
    expect(search(tree, '')).toEqual([])
    expect(above(tree, 5)).toEqual([4, 2, 0])
  })
  it.each([
    ['{"a":[1,{"b":"x', '$ $.a $.a[0] $.a[1] $.a[1].b', 'it is cut here'],
    ['{}\n{"a":1}\n\x1e[2]\n', '$ $ $.a $ $[0]', undefined],
    ['[1,2', '$ $[0] $[1]', 'it is cut here'],
    ['{"a":}', '$', undefined],
    ['[1]]', '$ $[0]', 'a ] that nothing opened'],
    ['[x]', '$', 'x is no value'],
    ['{1:2}', '$', 'a name was expected here'],
    ['', '', undefined],
  ])('%s', (text, paths, why) => {
    const given = readJson(text)
    expect(given.nodes.map((_, i) => pathOf(given, i)).join(' ')).toBe(paths)
    expect(given.stopped?.why).toBe(why)
  })
  it('has a node for every value', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { nodes, stopped } = readJson(JSON.stringify(value))
        const countOf = (each: unknown): number =>
          1 + (typeof each === 'object' && each !== null ? Object.values(each).reduce((sum: number, inner) => sum + countOf(inner), 0) : 0)
        expect([nodes.length, stopped]).toEqual([countOf(value), undefined])
      }),
    ))
})

describe('CSV', () => {
  it.each([
    [
      'a,b\r\n1,"x, ""y""\nz"\r\n',
      [
        ['a', 'b'],
        ['1', 'x, "y"\nz'],
      ],
    ],
    [
      'a;b\n1;2,5',
      [
        ['a', 'b'],
        ['1', '2,5'],
      ],
    ],
    [
      'a\tb\n\t',
      [
        ['a', 'b'],
        ['', ''],
      ],
    ],
    ['a,"never ends\n1,2', [['a', 'never ends\n1,2']]],
    ['', []],
  ])('%j', (text, rows) => expect(readCsv(text, 100)).toEqual({ rows, more: false }))
  it('is read in part', () => expect(readCsv('1\n2\n3', 2)).toEqual({ rows: [['1'], ['2']], more: true }))
})

it('events of a stream', () =>
  expect(readEvents(': hi\nevent: a\r\ndata: 1\rdata:2\nid: 7\n\nid\nretry: 9\n\ndata\n\ndata: cut', 100).events).toEqual([
    { type: 'a', id: '7', data: '1\n2' },
    { type: 'message', id: '', data: '' },
    { type: 'message', id: '', data: 'cut' },
  ]))

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
    expectLinear((bytes) => {
      const text = part.repeat(Math.floor(bytes / part.length))
      for (const laid of [layoutXml(text), layoutJson(text)]) expect(laid.length).toBeLessThan(30_000_000)
      const tree = readJson(text)
      search(tree, '$.a')
      visible(tree, new Set())
      readCsv(text, 1000)
      readEvents(text, 1000)
    }, 1_000_000)
  })
})
