import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/bundle.ts')], { cwd: root, stdio: 'ignore' })
})

it('the agent of the image runs, once', () => {
  const { stderr, status } = spawnSync(process.execPath, ['main.mjs', '--server', 'http://127.0.0.1:1', 'nowhere.pcap'], {
    cwd: join(root, 'dist/agents'),
    encoding: 'utf8',
  })
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('nowhere.pcap')])
  expect(status).toBe(2)
})

it('a function of the image that is told nonsense says so, in one line', () => {
  const { stderr, status } = spawnSync(process.execPath, ['main.mjs'], {
    cwd: join(root, 'dist/functions'),
    env: { FUNCTION_TARGET: 'ingest', SPIDER_CHAIN: 'nonsense' },
    encoding: 'utf8',
  })
  expect(stderr.trim()).toMatch(/^SPIDER_CHAIN is "nonsense": .*\.$/)
  expect(status).toBe(2)
})
