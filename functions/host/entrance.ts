import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** The entrance of the functions' image: code that was compiled when the image was made is taken as it is (docs/cold-start.md). */
enableCompileCache({ directory: join(import.meta.dirname, 'compiled'), portable: true })
await import('./serve.ts')
