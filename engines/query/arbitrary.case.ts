import fc from 'fast-check'
import type { Filter } from './ast.ts'
import { type Field, type FieldFamily, fieldsOf, isOrdered } from './fields.ts'

const TEXTS = [
  'get',
  'GET',
  'orders',
  'Straße',
  'ΑΣ',
  'İstanbul',
  'a b',
  'x"y',
  'back\\slash',
  '100%',
  'a_b',
  '*',
  '-x',
  'and',
  '(',
  'a:b',
  'http',
  '/api/Orders/1',
  '10.2.0.7',
  'fd00::1',
  '9f86',
  '日本',
]
const NUMBERS = [0, 1, 200, 404, 499, 500, 1000, 1500, 1_000_000, 2_500_000_000]
const PATTERNS = ['*a*', '/API/*', '?et', '*.7', '10.2.*', '*\\**', '*ς', '*%*', '*_*', 'a?b*', '*', '**', 'x\\\\*']
const NETWORKS = ['10.2.0.0/16', '10.2.0.7/32', '0.0.0.0/0', 'fd00::/8', '::/0', '10.2.0.6/31', 'fd00::/65']

/** A value that a document may hold. */
const held = ({ type }: Field): fc.Arbitrary<string | number> => {
  if (isOrdered(type)) return fc.constantFrom(...NUMBERS)
  if (type === 'ip')
    return fc.constantFrom('10.2.0.7', '10.2.0.6', '10.3.0.1', '192.168.0.1', 'fd00::1', 'fe80::1:0:0:1', '::1', '2001:db8::')
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  )
}

/** Documents of a family in which any field may be missing. */
export const documents = (family: FieldFamily): fc.Arbitrary<object> =>
  fc
    .tuple(
      ...fieldsOf(family).map((field) =>
        fc.option((field.many ? fc.array(held(field), { maxLength: 3 }) : held(field)) as fc.Arbitrary<unknown>, {
          freq: 3,
          nil: undefined,
        }),
      ),
    )
    .map((values) => {
      const document: Record<string, unknown> = {}
      fieldsOf(family).forEach(({ name }, i) => {
        if (values[i] !== undefined) put(document, name.split('.'), values[i])
      })
      return document
    })

export function put(document: Record<string, unknown>, path: string[], value: unknown): void {
  const last = path.at(-1)!
  let holder = document
  for (const step of path.slice(0, -1)) {
    holder[step] ??= {}
    holder = holder[step] as Record<string, unknown>
  }
  holder[last] = value
}

const leaf = (fields: readonly Field[]): fc.Arbitrary<Filter> =>
  fc.constantFrom(...fields).chain((field): fc.Arbitrary<Filter> => {
    const exists = fc.constant<Filter>({ kind: 'exists', field: field.name })
    if (isOrdered(field.type))
      return fc.oneof(
        exists,
        fc.record({
          kind: fc.constant('compare' as const),
          field: fc.constant(field.name),
          op: fc.constantFrom('=', '<', '<=', '>', '>='),
          value: fc.constantFrom(...NUMBERS),
        }),
      )
    const value = field.type === 'ip' ? fc.constantFrom('10.2.0.7', 'fd00::1', ...NETWORKS) : held(field)
    return fc.oneof(
      exists,
      fc.record({ kind: fc.constant('compare' as const), field: fc.constant(field.name), op: fc.constant('=' as const), value }),
      fc.record({
        kind: fc.constant('like' as const),
        field: fc.constant(field.name),
        pattern: fc.constantFrom(...PATTERNS.filter((pattern) => pattern !== '*')),
      }),
    )
  })

/** Filters in the form that `parse` gives them: `and` and `or` of two or more, and none directly within its like. */
export const filters = (fields: readonly Field[]): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter; leaf: Filter }>((tie) => ({
    leaf: fc.oneof(
      { weight: 6, arbitrary: leaf(fields) },
      { weight: 1, arbitrary: fc.constantFrom(...TEXTS).map((words): Filter => ({ kind: 'text', words })) },
      { weight: 1, arbitrary: fc.constant<Filter>({ kind: 'all' }) },
    ),
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.record({ kind: fc.constant('not' as const), of: tie('filter') }),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { minLength: 2, maxLength: 3 }))
        .map(([kind, of]): Filter => ({ kind, of: of.flatMap((part) => (part.kind === kind ? part.of : [part])) })),
    ),
  })).filter
