/** What a query is about, as far as it is plain from its text. */
export interface Analysis {
  /** Literals replaced by `?`, comments left out, white space as one blank. */
  normalized: string
  /** The verb, in upper case. */
  operation: string | undefined
  /** The tables it names. */
  collections: string[]
  /** Verbs and tables: of few values. */
  summary: string
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?:[eE]'(?:[^'\\]|''|\\[\s\S])*|[bBxXnN]?'(?:[^']|'')*)(?:'|$)|\$(?:[A-Za-z_]\w*)?\$|\$\d+|"(?:[^"]|"")*(?:"|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\w*|[\s\S]/g
const VERB =
  /^(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET|RESET|SHOW|CREATE|ALTER|DROP|TRUNCATE|COPY|EXPLAIN|ANALYZE|VACUUM|DECLARE|FETCH|MOVE|CLOSE|PREPARE|EXECUTE|DEALLOCATE|LISTEN|UNLISTEN|NOTIFY|LOCK|CALL|DO|GRANT|REVOKE|COMMENT|REFRESH|REINDEX|CLUSTER|CHECKPOINT|DISCARD|VALUES|TABLE|IMPORT|SECURITY|REASSIGN|LOAD)$/
const MAIN = /^(SELECT|INSERT|UPDATE|DELETE|MERGE)$/
const NAMED_NEXT = /^(FROM|INTO|JOIN|UPDATE|TABLE|COPY|TRUNCATE|USING)$/
const PASSED = /^(ONLY|IF|EXISTS|NOT|TABLE|LATERAL|CONCURRENTLY)$/
/** Further tables than so many are left out. */
const MOST_COLLECTIONS = 8
const WORD = /^["A-Za-z_\u0080-\uffff]/

/** Reads a query's tokens once. Text that is cut, or no SQL, gives what can be told. */
const read = (text: string): Analysis => {
  let normalized = ''
  let operation: string | undefined
  const collections: string[] = []
  const verbs: string[] = []
  let state: 'verb' | 'name' | 'rest' = 'verb'
  let name = ''
  let depth = 0
  let blank = false
  const take = (token: string): void => {
    if (blank && normalized !== '') normalized += ' '
    blank = false
    normalized += token
  }
  const named = (): void => {
    if (name !== '' && !collections.includes(name) && collections.length < MOST_COLLECTIONS) collections.push(name)
    name = ''
    if (state === 'name') state = 'rest'
  }
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[0]
    const first = token[0]
    if (/^\s|^--|^\/\*/.test(token)) {
      if (name !== '') named()
      blank = true
      continue
    }
    if (first === '$' && token.endsWith('$')) {
      const end = text.indexOf(token, TOKEN.lastIndex)
      TOKEN.lastIndex = end < 0 ? text.length : end + token.length
      take('?')
      continue
    }
    if (first === "'" || /^[eEbBxXnN]'/.test(token) || /^\.?\d/.test(token)) {
      take('?')
      continue
    }
    take(token)
    if (WORD.test(token)) {
      const upper = token.toUpperCase()
      if (state === 'verb') {
        if (VERB.test(upper)) {
          operation ??= upper
          verbs.push(upper)
        }
        state = NAMED_NEXT.test(upper) ? 'name' : 'rest'
      } else if (state === 'name' && (name === '' || name.endsWith('.'))) {
        if (!PASSED.test(upper)) name += token.startsWith('"') ? token.slice(1, -1) : token
        else if (upper !== 'TABLE' && upper !== 'ONLY' && upper !== 'IF' && upper !== 'NOT' && upper !== 'EXISTS') state = 'rest'
      } else {
        if (name !== '') named()
        if (operation === 'WITH' && depth === 0 && MAIN.test(upper)) {
          operation = upper
          verbs[verbs.length - 1] = upper
        }
        // `DO UPDATE SET` and `FOR UPDATE` name no table.
        const before = normalized.slice(0, -token.length).trimEnd().slice(-3).toUpperCase()
        if (NAMED_NEXT.test(upper) && !(upper === 'UPDATE' && (before.endsWith('DO') || before.endsWith('FOR')))) state = 'name'
      }
    } else if (first === '.' && name !== '') name += '.'
    else if (first === ';') {
      named()
      state = 'verb'
      depth = 0
    } else {
      // A function, not a table.
      if (first === '(' && state === 'name' && operation !== 'INSERT' && operation !== 'COPY' && operation !== 'CREATE') name = ''
      named()
      if (first === '(') depth++
      else if (first === ')') depth = Math.max(0, depth - 1)
    }
  }
  named()
  const listed = normalized.replace(/\(\s*(\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))+\s*\)/g, '($1, …)').replace(/[;\s]+$/, '')
  return { normalized: listed, operation, collections, summary: [...new Set([...verbs, ...collections])].join(' ').slice(0, 255) }
}

const REMEMBERED = 256
const known = new Map<string, Analysis>()

/** Analyses a query; the last few are remembered, since programs ask the same again and again. */
export const analyse = (text: string): Analysis => {
  const before = known.get(text)
  if (before !== undefined) return before
  const analysis = read(text)
  if (known.size >= REMEMBERED) known.delete(known.keys().next().value as string)
  known.set(text, analysis)
  return analysis
}
