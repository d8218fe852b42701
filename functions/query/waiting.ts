import type { FastifyReply } from 'fastify'

/** Aborted when who asked goes away before the answer is written: queries for it are given up. */
export function waiting(reply: FastifyReply): AbortSignal {
  const stop = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) stop.abort()
  })
  return stop.signal
}
