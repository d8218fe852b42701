import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../problem.ts'

/** What has effects outside of Spider takes JSON alone: a form of another site cannot send it, so it cannot be asked for from there. Throws `Problem`. */
export function jsonOnly(headers: IncomingHttpHeaders): void {
  if (!headers['content-type']?.startsWith('application/json'))
    throw new Problem(415, 'Unsupported media type', 'Send the body as application/json.')
}
