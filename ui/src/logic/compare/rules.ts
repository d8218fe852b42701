/** What differs between any two calls and says nothing: rules, a line each. */
export interface Rule {
  kind: 'header' | 'path' | 'value'
  /** As it was written. */
  line: string
  fits(place: { section: Section; path: string; values: (string | undefined)[] }): boolean
}

export type Section = 'Call' | 'Query' | 'Request headers' | 'Request body' | 'Response headers' | 'Response body'

export const USUAL_RULES = `header date
header age
header expires
header last-modified
header server-timing
header traceparent
header tracestate
header x-request-id
header x-correlation-id
header x-amzn-trace-id
header x-b3-*
header cf-ray
value time
value uuid
value trace`

const SHAPES: Record<string, RegExp> = {
  time: /^("?)(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|1[5-9]\d{8}(\d{3})?(\.\d+)?)\1$/,
  uuid: /^"?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"?$/i,
  trace: /^"?([0-9a-f]{2}-)?([0-9a-f]{16}|[0-9a-f]{32})(-[0-9a-f]{16}-[0-9a-f]{2})?"?$/i,
  number: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
}

/** Reads rules: `header NAME`, `path PATTERN`, `value SHAPE`; `*` stands for anything. A line that is none of these is told of. */
export function parseRules(text: string): { rules: Rule[]; faults: string[] } {
  const rules: Rule[] = []
  const faults: string[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [kind, ...rest] = line.split(/\s+/)
    const rule = ruleOf(kind, rest.join(' '), line)
    if (rule) rules.push(rule)
    else faults.push(`Line ${i + 1}: expected header NAME, path PATTERN, or value ${Object.keys(SHAPES).join(', ')}.`)
  }
  return { rules, faults }
}

function ruleOf(kind: string, pattern: string, line: string): Rule | undefined {
  if (pattern === '') return undefined
  if (kind === 'header') {
    const form = glob(pattern)
    return { kind, line, fits: ({ section, path }) => section.endsWith('headers') && form(path) }
  }
  if (kind === 'path') {
    const form = glob(pattern)
    return { kind, line, fits: ({ section, path }) => !section.endsWith('headers') && (form(path) || form(path.replace(/^\$\.?/, ''))) }
  }
  const shape = kind === 'value' ? SHAPES[pattern] : undefined
  return shape && { kind: 'value', line, fits: ({ values }) => values.every((value) => value !== undefined && shape.test(value)) }
}

/** Pieces between stars in order, by search: a pattern of many stars stays quick. */
function glob(pattern: string): (text: string) => boolean {
  const pieces = pattern.toLowerCase().split('*')
  return (given) => {
    const text = given.toLowerCase()
    if (pieces.length === 1) return text === pieces[0]
    const last = pieces.at(-1)!
    if (!text.startsWith(pieces[0]) || !text.endsWith(last) || text.length < pieces[0].length + last.length) return false
    let at = pieces[0].length
    for (const piece of pieces.slice(1, -1)) {
      at = text.indexOf(piece, at)
      if (at < 0) return false
      at += piece.length
    }
    return at <= text.length - last.length
  }
}
