import { expect, it } from 'vitest'
import { isWanted } from './filter.ts'

const nginx = { pid: 70, name: 'nginx', executable: '/usr/sbin/nginx', ancestors: [60, 1], cgroups: '0::/system.slice/docker-0a1b.scope\n' }
const filter = (over: object) => ({ process: [], pid: [], cgroup: [], ...over })

it.each([
  [true, {}],
  [true, { process: ['nginx'] }],
  [true, { process: ['/usr/sbin/nginx'] }],
  [false, { process: ['curl'] }],
  [true, { pid: [70] }],
  [true, { pid: [60] }],
  [false, { pid: [7] }],
  [true, { cgroup: ['docker-0a1b'] }],
  [false, { cgroup: ['docker-ffff'] }],
  [false, { process: ['nginx'], pid: [7] }],
])('%s for %o', (wanted, over) => {
  expect(isWanted(filter(over), nginx)).toBe(wanted)
})
