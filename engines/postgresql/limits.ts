/** What one connection may hold at most. In bytes, unless said otherwise. */
export const LIMITS = {
  /** A start-up message: what PostgreSQL itself takes. */
  startup: 10_000,
  /** Largest message: 1 GB, as in PostgreSQL. */
  message: 2 ** 30,
  /** Kept of a message that is taken apart; of a query beside `keepBody`. */
  kept: 64 * 1024,
  /** Kept while the answer to a request for encryption is awaited. */
  held: 64 * 1024,
  /** Messages that wait for answers. */
  open: 4096,
  /** Characters kept of all the calls that wait; further ones are cut. */
  waiting: 4 * 1024 * 1024,
  /** Prepared statements and portals remembered, each; and characters of all their texts. */
  names: 1024,
  texts: 1024 * 1024,
  /** Columns of a result, parameters of a statement, notices of a call. */
  columns: 1664,
  parameters: 256,
  notices: 16,
  /** Characters of `db.query.text`, of the line that sums a call up, of one parameter. */
  text: 4096,
  summary: 300,
  parameter: 256,
  /** Messages listed of a call that streams (replication). */
  messages: 256,
} as const
