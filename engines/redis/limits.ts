/** What one connection may hold at most. In bytes, unless said otherwise. */
export const LIMITS = {
  /** A line: a simple string, an error, a length; an inline command (Redis refuses longer ones too). */
  line: 64 * 1024,
  /** Values within values. */
  depth: 64,
  /** Largest length of a bulk string: Redis has 512 MB unless it is told otherwise. */
  bulk: 2 ** 32,
  /** Number of elements of an aggregate. */
  elements: 2 ** 31,
  /** Arguments kept of a command, and characters kept of all of them. */
  arguments: 1024,
  command: 32 * 1024,
  /** Commands that wait for their replies, each on its own; what is beyond them is counted only. */
  open: 4096,
  /** Characters kept of all the commands that wait; further ones keep their first argument. */
  waiting: 4 * 1024 * 1024,
  /** Characters kept of a reply where no bodies are: the state of the session and the names of messages follow from them. */
  reply: 512,
  /** Characters of `db.query.text`, of the line that sums a call up, and of one argument within it. */
  text: 4096,
  summary: 300,
  argument: 64,
} as const
