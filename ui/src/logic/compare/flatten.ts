import { parameters } from '#engines/media/parameters.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { Content, formsOf } from '../body/forms.ts'
import { type JsonTree, pathOf, readJson, textOf } from '../body/json-tree.ts'
import { actionOf, partOf, resultOf, summaryOf } from '../call.ts'
import { header } from '../headers.ts'
import type { Section } from './rules.ts'

/** What a call says, place by place: values are alike when they mean the same. */
export type Flat = Map<Section, Map<string, string>>

const MOST_PLACES = 20_000

export function flatten(call: ExchangeDocument): Flat {
  const { http, url } = call
  return new Map<Section, Map<string, string>>([
    [
      'Call',
      new Map(
        known({
          action: actionOf(call),
          what: url ? url.path : summaryOf(call),
          host: url?.domain,
          protocol: call.network.protocol,
          status: resultOf(call),
        }),
      ),
    ],
    ['Query', several(parameters(url?.query ?? ''))],
    ['Request headers', several((http?.request?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]))],
    ['Request body', bodyOf(call, 'request')],
    ['Response headers', several((http?.response?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]))],
    ['Response body', bodyOf(call, 'response')],
  ])
}

const known = (given: Record<string, string | undefined>): [string, string][] =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))

/** The first of a name by its name, further ones numbered. */
function several(pairs: string[][]): Map<string, string> {
  const out = new Map<string, string>()
  for (const [name, value] of pairs) {
    let key = name
    for (let i = 2; out.has(key); i++) key = `${name} (${i})`
    out.set(key, value)
  }
  return out
}

function bodyOf(call: ExchangeDocument, side: 'request' | 'response'): Map<string, string> {
  const part = partOf(call, side)
  if (!part?.body || part.body.content === undefined) return new Map(part?.body?.bytes ? [['bytes', String(part.body.bytes)]] : [])
  const { content, encoding } = part.body
  const type = header(call.http?.[side]?.headers ?? [], 'content-type') ?? part.mime_type ?? ''
  const read = new Content({ content, encoding, type })
  const [form] = formsOf(read)
  if (form === 'tree') return jsonPlaces(readJson(read.text!))
  if (form === 'fields') return several(parameters(read.text!.trim()))
  if (read.text !== undefined)
    return new Map(read.text === '' ? [] : read.text.split('\n', MOST_PLACES).map((line, i) => [`line ${i + 1}`, line]))
  return new Map([['bytes', `${part.body.bytes}${part.body.sha256 ? `, SHA-256 ${part.body.sha256}` : ''}`]])
}

/** Each value by its path. Elements that have a name of their own go by it, not by where they stand. */
export function jsonPlaces(tree: JsonTree): Map<string, string> {
  const out = new Map<string, string>()
  const paths: string[] = []
  const names = identities(tree)
  tree.nodes.forEach((node, i) => {
    const parent = node.parent < 0 ? undefined : paths[node.parent]
    const name = names.get(i)
    const own = pathOf1(tree, i)
    paths[i] = parent === undefined ? (node.key === 0 ? '$' : `$${node.key}`) : `${parent}${name === undefined ? own : `[${name}]`}`
    if (out.size >= MOST_PLACES) return
    const value =
      node.kind === 'number'
        ? plainNumber(textOf(tree, node))
        : node.kind === 'string'
          ? JSON.stringify(textOf(tree, node))
          : textOf(tree, node)
    if (node.size === 0) out.set(paths[i], value)
  })
  return out
}

/** The last step of a node's path. */
function pathOf1(tree: JsonTree, index: number): string {
  const { key } = tree.nodes[index]
  return typeof key === 'number'
    ? `[${key}]`
    : pathOf(
        {
          ...tree,
          nodes: [
            { ...tree.nodes[index], parent: 1 },
            { ...tree.nodes[index], parent: -1 },
          ],
        },
        0,
      ).slice(1)
}

const IDENTITIES = ['id', '_id', 'uuid', 'key', 'sku', 'code', 'name']

/** For elements of arrays in which each has another `id`, or the like: `id=7`. */
function identities({ text, nodes }: JsonTree): Map<number, string> {
  const out = new Map<number, string>()
  for (const [i, node] of nodes.entries()) {
    if (node.kind !== 'array' || node.size < 1) continue
    const elements: number[] = []
    for (let at = i + 1; at < node.next; at = nodes[at].next) elements.push(at)
    const name = IDENTITIES.find((each) => {
      const values = elements.map((element) => member(element, each))
      return values.every((value) => value !== undefined) && new Set(values).size === values.length
    })
    if (name) for (const element of elements) out.set(element, `${name}=${member(element, name)}`)
  }
  return out

  function member(element: number, name: string): string | undefined {
    for (let at = element + 1; at < nodes[element].next; at = nodes[at].next) {
      const { key, kind, from, to } = nodes[at]
      if (key === name && nodes[element].kind === 'object' && (kind === 'string' || kind === 'number')) return text.slice(from, to)
    }
    return undefined
  }
}

/** A number written one way, with all its digits: `1.0`, `10e-1` and `1` are the same, 12345678901234567891 and …90 are not. */
export function plainNumber(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === undefined || Math.abs(Number(exponent)) > 400) return text
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return '0'
  const plain = digits.replace(/0+$/, '')
  const power = Number(exponent) - fraction.length + digits.length - plain.length
  if (power >= 0) return `${sign}${plain}${'0'.repeat(power)}`
  return plain.length + power > 0
    ? `${sign}${plain.slice(0, power)}.${plain.slice(power)}`
    : `${sign}0.${'0'.repeat(-power - plain.length)}${plain}`
}
