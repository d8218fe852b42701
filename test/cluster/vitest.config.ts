import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// On a real cluster, one file after another: `npm run test:cluster`. README.md says what it takes.
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: ['test/cluster/**/*.cluster.ts'],
    pool: 'forks',
    fileParallelism: false,
    bail: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
