import { createRequire } from 'node:module'
import type { LibraryHandle } from 'koffi'

let library: LibraryHandle | undefined | null = null

/** The OpenSSL that is part of Node. Undefined: this Node does not show it, or calls of native libraries are not installed. Loaded at the first call. */
export const openssl = (): LibraryHandle | undefined => {
  if (library === null) {
    try {
      library = (createRequire(import.meta.url)('koffi') as typeof import('koffi')).load(null)
    } catch {
      library = undefined
    }
  }
  return library
}
