import type { Kernel } from '../kernel.ts'
import { type Subject, startHelper } from './helper.ts'
import type { Kind, Layout } from './layout.ts'
import { snapshot } from './memory.ts'
import { assign, findLayout } from './search.ts'

/** Structures that the helper handed to the library, as the probes saw it. */
export type Pointers = (library: number) => Set<number>

/**
 * Finds out where a library keeps its secrets: it makes handshakes in a helper whose secrets are known, and looks for them
 * in the structures that the probes saw. The library has to be attached already. Throws `NotFound`.
 */
export async function learn(kernel: Kernel, library: number, subject: Subject, pointers: Pointers): Promise<Layout> {
  const kind: Kind = subject.kind === 'gnutls' ? 'gnutls' : 'openssl'
  const helper = startHelper(subject)
  try {
    kernel.learn(library, helper.pid)
    const sessions = await helper.sessions
    kernel.consume()
    const samples = assign(
      [...pointers(library)].map((structure) => snapshot(helper.pid, structure)),
      sessions,
    )
    return findLayout(kind, samples)
  } finally {
    kernel.mute(library)
    helper.end()
  }
}
