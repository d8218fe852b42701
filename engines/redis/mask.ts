import { upperCase } from './text.ts'

export const MASK = '***'

/** Commands that have secrets. */
const SECRETIVE: ReadonlySet<string> = new Set(['AUTH', 'HELLO', 'MIGRATE', 'ACL', 'CONFIG', 'SENTINEL'])

/** Names of configuration whose values are secrets. */
const SECRETS: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
  'sentinel-pass',
  'auth-pass',
])

export const isSecret = (name: string): boolean => SECRETS.has(name.toLowerCase())

/** Replies that are secrets, or hold their digests: masked whole. */
export const isSecretReply = (action: string): boolean => action === 'ACL GENPASS' || action === 'ACL LIST' || action === 'ACL GETUSER'

/** Puts `***` in the place of secrets, in the arguments of a command. `count`: how many it had, also where not all are known. */
export const mask = (args: string[], count: number): void => {
  if (args.length === 0) return
  const name = upperCase(args[0])
  if (!SECRETIVE.has(name)) return
  const word = args[1]?.toUpperCase()
  if (name === 'AUTH') hideFrom(args, count > 2 ? 2 : 1)
  else if (name === 'HELLO') hideAfter(args, 2, (word) => (word === 'AUTH' ? 2 : 0))
  else if (name === 'MIGRATE') hideAfter(args, 6, (word) => (word === 'AUTH' ? 1 : word === 'AUTH2' ? 2 : 0))
  else if (name === 'ACL' && word === 'SETUSER') for (let i = 3; i < args.length; i++) hideRule(args, i)
  else if ((name === 'CONFIG' && word === 'SET') || name === 'SENTINEL')
    for (let i = 2; i < args.length; i++) if (isSecret(args[i])) hide(args, i + 1)
}

const hideFrom = (args: string[], from: number): void => {
  for (let i = from; i < args.length; i++) args[i] = MASK
}
/** A rule of a user: a password or its digest, to be added or taken away. */
const hideRule = (args: string[], at: number): void => {
  if (/^[<>#!]/.test(args[at])) args[at] = args[at][0] + MASK
}
const hide = (args: string[], at: number): void => {
  if (at < args.length) args[at] = MASK
}
/** Hides the argument that lies so many places behind a word. Of a user's name and a password, the password. */
const hideAfter = (args: string[], from: number, places: (word: string) => number): void => {
  for (let i = from; i < args.length; i++) {
    const behind = places(args[i].toUpperCase())
    if (behind > 0) {
      hide(args, i + behind)
      return
    }
  }
}
