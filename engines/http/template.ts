/**
 * A path as a template of OpenAPI (3.1, "Path Templating"): segments that tell things apart, and do not name what is done, become
 * parameters. Rules are templates that a path is tried against first, in their order; `{name}` stands for one segment.
 */
export function templateOf(path: string, rules: readonly string[] = []): string {
  const segments = path.split('/')
  const rule = rules.find((rule) => fits(rule.split('/'), segments))
  return rule ?? segments.map(folded).join('/')
}

/** The rules in a text, a line each; what does not begin with a slash is left out, and told by its line. */
export function readRules(text: string): { rules: string[]; faults: string[] } {
  const rules: string[] = []
  const faults: string[] = []
  text.split('\n').forEach((line, i) => {
    const rule = line.trim()
    if (rule === '' || rule.startsWith('#')) return
    if (rule.startsWith('/') && !/[{}]/.test(rule.replace(/\{[\w.-]+\}/g, ''))) rules.push(rule)
    else faults.push(`Line ${i + 1}: a rule is a path that begins with /, its parameters in braces, as /users/{name}.`)
  })
  return { rules, faults }
}

const fits = (rule: readonly string[], segments: readonly string[]): boolean =>
  rule.length === segments.length && rule.every((part, i) => (/^\{.+\}$/.test(part) ? segments[i] !== '' : part === segments[i]))

/** Kinds of segments, the first that fits. What follows a dot names a format, and stays. */
const KINDS: readonly [RegExp, string][] = [
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, '{uuid}'],
  [/^\d{4}-\d\d(-\d\d)?([T ]\d\d[:\d.]*(Z|[+-]\d\d:?\d\d)?)?$/, '{date}'],
  [/^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/, '{date}'],
  [/^-?\d+([.,]\d+)?$/, '{id}'],
  [/^(?=.*\d)[0-9a-f]{8,}$/i, '{hex}'],
  [/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, '{ulid}'],
  [/^\d{1,3}(\.\d{1,3}){3}$/, '{ip}'],
  [/^[^@\s]+(@|%40)[^@\s]+\.[a-z]{2,}$/i, '{email}'],
  // Keys that nobody typed: long, with capitals, small letters and digits among one another.
  [/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w=~-]{16,}$/, '{token}'],
]

function folded(segment: string): string {
  const kind = kindOf(segment)
  if (kind) return kind
  const [, name, ending] = /^(.+)(\.[a-z][a-z0-9]{0,4})$/i.exec(segment) ?? []
  if (name !== undefined && kindOf(name)) return `${kindOf(name)}${ending}`
  const [, word, mark, rest] = /^([a-z][a-z]*)([-_:])(.+)$/i.exec(segment) ?? []
  const inner = rest === undefined ? undefined : kindOf(rest)
  return inner ? `${word}${mark}${inner}` : segment
}

const kindOf = (segment: string): string | undefined => KINDS.find(([form]) => form.test(segment))?.[1]
