import { fileURLToPath } from 'node:url'

/** Where the built page lies: in this repository, or where an image has it. */
export const PAGE = process.env.SPIDER_PAGE ?? fileURLToPath(new URL('../../ui/dist', import.meta.url))
