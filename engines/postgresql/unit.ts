import type { Missing } from '../http/facts.ts'
import type { Message } from '../protocols/call.ts'

export interface Column {
  name: string
  type: number
  binary: boolean
}

export interface Span {
  /** Offset of its first byte in its side's stream. */
  position: number
  first: number
  last: number
  wireBytes: number
}

/** What an ErrorResponse says. */
export interface Failure {
  code: string
  message: string
  detail: string | undefined
  hint: string | undefined
}

/** How far the messages of the extended query protocol have come in it. */
export const NOTHING = 0
export const PARSED = 1
export const BOUND = 2
export const EXECUTED = 3

/** A call being put together: of a query, the messages that prepare, bind and run it, and what answers them. Plain data. */
export interface Unit {
  /** What it is, where it is no query. */
  kind: string | undefined
  /** What it is about, where it is no query. */
  title: string
  request: Span | undefined
  response: Span | undefined
  text: string | undefined
  /** The text was not kept whole. */
  textCut: boolean
  stage: number
  statement: string | undefined
  portal: string | undefined
  parameters: (string | null)[] | undefined
  /** Formats that Bind asked for: none, one for all, or one a column. */
  formats: boolean[]
  columns: Column[] | undefined
  rows: number
  /** Capture time of the first row. */
  firstRow: number | undefined
  /** Of the response: rows as NDJSON, data of COPY, or JSON. */
  body: string
  bodyBytes: number
  bodyCut: boolean
  /** Data of COPY from the client. */
  data: string
  dataBytes: number
  copying: boolean
  tags: string[]
  failure: Failure | undefined
  notices: string[]
  transaction: string | undefined
  messages: Message[]
  missing: Missing[]
  findings: string[]
  /** Answers to come. */
  waiting: number
  /** No more messages of the client will belong to it. */
  closed: boolean
}

export const newUnit = (kind?: string): Unit => ({
  kind,
  title: '',
  request: undefined,
  response: undefined,
  text: undefined,
  textCut: false,
  stage: NOTHING,
  statement: undefined,
  portal: undefined,
  parameters: undefined,
  formats: [],
  columns: undefined,
  rows: 0,
  firstRow: undefined,
  body: '',
  bodyBytes: 0,
  bodyCut: false,
  data: '',
  dataBytes: 0,
  copying: false,
  tags: [],
  failure: undefined,
  notices: [],
  transaction: undefined,
  messages: [],
  missing: [],
  findings: [],
  waiting: 0,
  closed: false,
})

/** Columns and parameters are never changed, but replaced: copies may share them. */
export const copyOfUnit = (unit: Unit): Unit => ({
  ...unit,
  request: unit.request && { ...unit.request },
  response: unit.response && { ...unit.response },
  tags: [...unit.tags],
  notices: [...unit.notices],
  messages: [...unit.messages],
  missing: [...unit.missing],
  findings: [...unit.findings],
})

/** A message of one side belongs to the call. */
export const extend = (span: Span | undefined, message: Span): Span => {
  if (span === undefined) return { ...message }
  span.last = message.last
  span.wireBytes += message.wireBytes
  return span
}

/** Characters that a call takes while it waits. */
export const sizeOf = ({ text, parameters, body, data }: Unit): number =>
  (text?.length ?? 0) + body.length + data.length + (parameters?.reduce((sum, value) => sum + (value?.length ?? 0), 0) ?? 0)

export const note = (unit: Unit, finding: string): void => {
  if (!unit.findings.includes(finding)) unit.findings.push(finding)
}
