/** What was seen at a place of JSON values, so that many give one schema. */
export interface Shape {
  /** Values by their type. */
  seen: { null: number; boolean: number; integer: number; number: number; string: number; array: number; object: number }
  properties: Map<string, Shape>
  /** Of all elements of all arrays. */
  items: Shape | undefined
  /** Formats of strings, with how many had them. */
  formats: Map<string, number>
  /** There were more properties than are kept: the object is a dictionary. */
  open: boolean
}

const DEEPEST = 16
const MOST_PROPERTIES = 100
const MOST_ITEMS = 50

export const emptyShape = (): Shape => ({
  seen: { null: 0, boolean: 0, integer: 0, number: 0, string: 0, array: 0, object: 0 },
  properties: new Map(),
  items: undefined,
  formats: new Map(),
  open: false,
})

/** Adds a JSON value to what was seen at its place. */
export function look(shape: Shape, value: unknown, depth = 0): void {
  shape.seen[typeOf(value)]++
  if (typeof value === 'string') {
    const format = FORMATS.find(([, form]) => form.test(value))?.[0]
    if (format) shape.formats.set(format, (shape.formats.get(format) ?? 0) + 1)
  }
  if (typeof value !== 'object' || value === null || depth === DEEPEST) return
  if (Array.isArray(value)) {
    if (value.length > 0) shape.items ??= emptyShape()
    for (const each of value.slice(0, MOST_ITEMS)) look(shape.items!, each, depth + 1)
    return
  }
  for (const [name, each] of Object.entries(value)) {
    let known = shape.properties.get(name)
    if (known === undefined) {
      if (shape.properties.size === MOST_PROPERTIES) {
        shape.open = true
        continue
      }
      known = emptyShape()
      shape.properties.set(name, known)
    }
    look(known, each, depth + 1)
  }
}

/** Formats of JSON Schema (2020-12, validation, 7.3) that strings show by themselves. */
const FORMATS: readonly [string, RegExp][] = [
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ['date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['email', /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/],
  ['uri', /^https?:\/\/[^\s]+$/],
]

function typeOf(value: unknown): keyof Shape['seen'] {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'boolean' || typeof value === 'string' ? (typeof value as 'boolean' | 'string') : 'object'
}

/** A schema that all values seen fit. */
export function schemaOf(shape: Shape): Record<string, unknown> {
  const { seen } = shape
  const types = (Object.keys(seen) as (keyof typeof seen)[]).filter((type) => seen[type] > 0 && (type !== 'integer' || seen.number === 0))
  const [format, count] = [...shape.formats][0] ?? []
  const required = [...shape.properties].filter(([, each]) => total(each) === seen.object).map(([name]) => name)
  return {
    ...(types.length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...(format !== undefined && count === seen.string && { format }),
    ...(seen.object > 0 &&
      !shape.open && { properties: Object.fromEntries([...shape.properties].map(([name, each]) => [name, schemaOf(each)])) }),
    ...(seen.object > 0 && !shape.open && required.length > 0 && { required }),
    ...(shape.open && { additionalProperties: true }),
    ...(shape.items && { items: schemaOf(shape.items) }),
  }
}

const total = ({ seen }: Shape): number => Object.values(seen).reduce((sum, count) => sum + count, 0)
