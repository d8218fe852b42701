/** What the user gave is wrong: one sentence that says what, where, and how to put it right. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}
