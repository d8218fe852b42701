import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Pod } from './kubernetes.ts'
import { OwnParts } from './places.ts'
import type { OwnPlaces } from './traffic.ts'

const pod = (uid: string, ip: string | undefined, more: Partial<Pod['spec'] & Pod['status']> = {}): Pod => ({
  metadata: { uid },
  spec: { nodeName: 'one', ...(more.hostNetwork && { hostNetwork: true }) },
  status: { phase: more.phase ?? 'Running', podIPs: ip === undefined ? [] : [{ ip }], hostIPs: [{ ip: '192.0.2.1' }] },
})

/** What the API holds, and who watches it. */
const items: Record<string, object[]> = {}
const watches = new Map<string, ServerResponse>()
let refused = false
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
  const [, namespace, kind] = /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)$/.exec(pathname) ?? []
  const name = `${kind} ${namespace}`
  if (refused || request.headers.authorization !== 'Bearer token') response.writeHead(403).end()
  else if (searchParams.has('watch')) {
    response.flushHeaders()
    watches.set(name, response)
  } else response.end(JSON.stringify({ metadata: { resourceVersion: '7' }, items: items[name] ?? [] }))
})
const tell = (name: string, type: string, object: object): void => {
  watches.get(name)?.write(`${JSON.stringify({ type, object })}\n`)
}

let parts: OwnParts
let places: OwnPlaces | undefined
let reason: string | undefined
beforeEach(async () => {
  for (const name of Object.keys(items)) delete items[name]
  watches.clear()
  refused = false
  places = reason = undefined
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const api = { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), token: () => 'token' }
  const options = { namespace: 'spider', carriers: ['knative-serving'], servers: [{ host: '192.0.2.9', port: 6379 }] }
  parts = new OwnParts(options, api, {
    places: (told) => {
      places = told
    },
    failed: (told) => {
      reason = told
    },
  })
})
afterEach(async () => {
  parts.stop()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})
const waiting = { timeout: 15_000, interval: 20 }

it('knows where Spider runs when it begins: pods, who carries for them, nodes, servers', async () => {
  items['pods spider'] = [
    pod('a', '10.0.0.1'),
    pod('agent', '192.0.2.1', { hostNetwork: true }),
    pod('job', '10.0.0.2', { phase: 'Succeeded' }),
  ]
  items['services spider'] = [{ metadata: { uid: 'r' }, spec: { clusterIPs: ['10.1.0.2'] } }]
  items['pods knative-serving'] = [pod('activator', '10.0.0.3')]
  items['services knative-serving'] = [
    { metadata: { uid: 's' }, spec: { clusterIPs: ['10.1.0.1'] } },
    { metadata: { uid: 'h' }, spec: { clusterIPs: ['None'] } },
  ]
  await parts.start()
  expect(places).toMatchObject({
    pods: ['10.0.0.1', '10.1.0.2'],
    carriers: ['10.0.0.3', '10.1.0.1', '127.0.0.1'],
    nodes: expect.arrayContaining(['192.0.2.1']),
    servers: [{ address: '192.0.2.9', port: 6379 }],
    isStarting: false,
  })
  expect(reason).toBeUndefined()
})

it('says that a pod starts, then its address, and keeps that for a while when the pod is gone', async () => {
  await parts.start()
  await vi.waitUntil(() => watches.has('pods spider'), waiting)
  tell('pods spider', 'ADDED', { ...pod('a', undefined), spec: {} })
  tell('pods spider', 'MODIFIED', pod('a', undefined))
  await vi.waitUntil(() => places?.isStarting, waiting)
  expect(places?.pods).toEqual([])
  tell('pods spider', 'MODIFIED', pod('a', '10.0.0.1'))
  await vi.waitUntil(() => !places?.isStarting, waiting)
  expect(places?.pods).toEqual(['10.0.0.1'])
  tell('pods spider', 'DELETED', pod('a', '10.0.0.1'))
  tell('pods spider', 'ADDED', pod('b', '10.0.0.2'))
  await vi.waitUntil(() => places?.pods.includes('10.0.0.2'), waiting)
  expect(places?.pods).toEqual(['10.0.0.1', '10.0.0.2'])
  await vi.waitUntil(() => !places?.pods.includes('10.0.0.1'), waiting)
})

it('waits for no pod that gets no address', async () => {
  items['pods spider'] = [pod('a', undefined)]
  await parts.start()
  expect(places?.isStarting).toBe(true)
  await vi.waitUntil(() => places?.isStarting === false, waiting)
})

it('lists again when a watch ends, and says for how long nothing is known', async () => {
  refused = true
  await parts.start()
  expect(reason).toContain('the Kubernetes API answered 403')
  refused = false
  await vi.waitUntil(() => reason === undefined && watches.has('pods spider'), waiting)
  items['pods spider'] = [pod('a', '10.0.0.1')]
  tell('pods spider', 'ERROR', { message: 'too old resource version' })
  await vi.waitUntil(() => places?.pods.includes('10.0.0.1'), waiting)
})
