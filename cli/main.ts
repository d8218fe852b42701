#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** The entrance of the command: what a run compiled is taken as it is by the next, which more than halves the start. Not kept where others could write. */
enableCompileCache({ directory: join(import.meta.dirname, '../node_modules/.cache/spider') })
await import('./command.ts')
