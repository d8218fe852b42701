import { basename } from 'node:path'

/** A name for the agent of a file: the file's, with what names may not have replaced. */
export const agentNameOf = (path: string): string =>
  path === '-'
    ? 'stdin'
    : basename(path)
        .replace(/[^A-Za-z0-9._-]+/g, '_')
        .slice(0, 64) || 'file'
