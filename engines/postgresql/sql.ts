import { BLANK, END, Lexer, LITERAL, WORD } from './lexer.ts'

/** What a query is about, as far as it is plain from its text. */
export interface Analysis {
  /** Literals replaced by `?`, comments left out, white space as one blank. */
  normalized: string
  /** The text in one line, without its end where it is long. */
  line: string
  /** The verb, in upper case. */
  operation: string | undefined
  /** The tables it names. */
  collections: string[]
  /** Verbs and tables: of few values. */
  summary: string
}

const VERBS: ReadonlySet<string> = new Set(
  (
    'SELECT INSERT UPDATE DELETE MERGE WITH BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE SET RESET SHOW CREATE ALTER DROP TRUNCATE COPY EXPLAIN ANALYZE ' +
    'VACUUM DECLARE FETCH MOVE CLOSE PREPARE EXECUTE DEALLOCATE LISTEN UNLISTEN NOTIFY LOCK CALL DO GRANT REVOKE COMMENT REFRESH REINDEX CLUSTER CHECKPOINT ' +
    'DISCARD VALUES TABLE IMPORT SECURITY REASSIGN LOAD START_REPLICATION IDENTIFY_SYSTEM'
  ).split(' '),
)
/** What WITH leads to. */
const MAIN: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'])
/** Words that a table follows, and words between. */
const BEFORE_NAME: ReadonlySet<string> = new Set(['FROM', 'INTO', 'JOIN', 'UPDATE', 'TABLE', 'COPY', 'TRUNCATE', 'USING'])
const BETWEEN: ReadonlySet<string> = new Set(['ONLY', 'IF', 'EXISTS', 'NOT', 'TABLE', 'LATERAL'])
/** Behind these, UPDATE is no verb: `ON CONFLICT DO UPDATE`, `FOR UPDATE`. */
const BEFORE_UPDATE: ReadonlySet<string> = new Set(['DO', 'FOR', 'KEY', 'ON'])
/** Verbs whose table may be followed by a parenthesis; else what is, is a function. */
const WITH_COLUMNS: ReadonlySet<string | undefined> = new Set(['INSERT', 'COPY', 'CREATE', 'MERGE', 'ANALYZE', 'VACUUM', 'TRUNCATE'])
/** Further tables than so many are left out. */
const MOST_COLLECTIONS = 8
const LONGEST_SUMMARY = 255
/** Characters that are put into one line. */
const LONGEST_LINE = 1200

/** Values in a row. */
const LIST = /\(\s*(\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))+\s*\)/g

/** Without the semicolons at the end. */
const withoutEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && (text[end - 1] === ';' || text[end - 1] === ' ')) end--
  return text.slice(0, end)
}

const oneLine = (text: string): string => text.slice(0, LONGEST_LINE).replace(/\s+/g, ' ').trim()

/** Reads a query's tokens once. Text that is cut, or no SQL, gives what can be told. */
class QueryReader {
  private written = ''
  private blank = false
  private readonly collections: string[] = []
  private readonly verbs: string[] = []
  private operation: string | undefined = undefined
  private expects: 'verb' | 'name' | 'anything' = 'verb'
  /** The table's name so far; `dotted`: it goes on. */
  private name = ''
  private dotted = false
  private previous = ''
  private depth = 0

  read(text: string): Analysis {
    const lexer = new Lexer(text)
    for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
      if (kind === BLANK) this.blank = true
      else if (kind === LITERAL) this.literal()
      else if (kind === WORD) this.word(text.slice(lexer.from, lexer.to))
      else this.sign(text.slice(lexer.from, lexer.to))
    }
    this.endName()
    const { operation, collections } = this
    const written = withoutEnd(this.written)
    const normalized = written.includes('(') ? written.replace(LIST, '($1, …)') : written
    const summary = [...new Set([...this.verbs, ...collections])].join(' ').slice(0, LONGEST_SUMMARY)
    return { normalized, line: oneLine(text), operation, collections, summary }
  }

  private write(token: string): void {
    this.written += this.blank && this.written !== '' ? ` ${token}` : token
    this.blank = false
  }

  private literal(): void {
    this.endName()
    this.write('?')
  }

  private word(token: string): void {
    this.write(token)
    const upper = token.toUpperCase()
    if (this.dotted || (this.expects === 'name' && this.name === '' && !BETWEEN.has(upper))) {
      this.name += token.startsWith('"') ? token.slice(1, -1) : token
      this.dotted = false
    } else if (this.expects !== 'name' || this.name !== '') this.keyword(upper)
    this.previous = upper
  }

  private keyword(upper: string): void {
    this.endName()
    if (this.expects === 'verb') {
      if (VERBS.has(upper)) {
        this.operation ??= upper
        if (this.verbs.length < MOST_COLLECTIONS) this.verbs.push(upper)
      }
      this.expects = 'anything'
    } else if (this.operation === 'WITH' && this.depth === 0 && MAIN.has(upper)) {
      this.operation = upper
      this.verbs[this.verbs.length - 1] = upper
    }
    if (BEFORE_NAME.has(upper) && !(upper === 'UPDATE' && BEFORE_UPDATE.has(this.previous))) this.expects = 'name'
  }

  private sign(token: string): void {
    this.write(token)
    if (token === '.' && this.name !== '') {
      this.name += '.'
      this.dotted = true
      return
    }
    if (token === '(' && this.expects === 'name' && !WITH_COLUMNS.has(this.operation)) this.name = ''
    this.endName()
    if (token === '(') this.depth++
    else if (token === ')') this.depth = Math.max(0, this.depth - 1)
    else if (token === ';') {
      this.expects = 'verb'
      this.depth = 0
    }
  }

  private endName(): void {
    const { name, collections } = this
    if (name !== '' && !collections.includes(name) && collections.length < MOST_COLLECTIONS) collections.push(name)
    this.name = ''
    this.dotted = false
    if (this.expects === 'name') this.expects = 'anything'
  }
}

const REMEMBERED = 256
let known = new Map<string, Analysis>()
let before = new Map<string, Analysis>()

/** Analyses a query; the last few are remembered, since programs ask the same again and again. */
export const analyse = (text: string): Analysis => {
  const analysis = known.get(text) ?? before.get(text) ?? new QueryReader().read(text)
  if (known.size >= REMEMBERED) {
    before = known
    known = new Map()
  }
  known.set(text, analysis)
  return analysis
}
