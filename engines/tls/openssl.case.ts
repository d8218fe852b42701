import { spawnSync } from 'node:child_process'

/** False, and one line saying so, when there is no openssl to hold ours against. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.log('skipped: what needs the command openssl, which is not installed')
