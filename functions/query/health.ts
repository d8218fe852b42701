/** Parts that Spider cannot do without; each says `ok`, or why it cannot be used now. */
const PARTS = ['store', 'state', 'blobs'] as const

/** The answer of `/health`: 200 when all that is asked is well, else 503 with the reasons. */
export function healthAnswer(said: Readonly<Record<string, unknown>>): { code: 200 | 503; body: Record<string, unknown> } {
  const well = PARTS.every((part) => said[part] === undefined || said[part] === 'ok')
  return { code: well ? 200 : 503, body: { status: well ? 'ok' : 'failing', ...said } }
}
