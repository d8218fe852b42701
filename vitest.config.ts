import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{events,engines,adapters,functions,agents,cli,demo,ui,scripts,helm,test}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // No test fails on a clock: what is waited for may take as long as a busy machine needs.
    expect: { poll: { timeout: 20_000 } },
  },
})
