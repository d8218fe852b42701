import { expect, it } from 'vitest'
import { BlobsUnavailable } from '#adapters/blobs/port.ts'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { encodeCloudEvent } from '#adapters/bus/http/encode.ts'
import { Permanent, Transient } from '#adapters/bus/port.ts'
import { Fenced } from '#adapters/state/port.ts'
import { agentStatus } from '#events/agent-status.ts'
import type { Event } from '#events/define.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { registry } from '#events/registry.ts'
import { outcomeOf, retryAfterOf } from './problems.ts'
import { checkSource } from './sources.ts'

const attributes = { id: '1', time: '2026-01-05T10:00:00Z' }
const status = agentStatus.make('/agents/web-1', agentStatus.example, attributes)
const lane = laneAdvanced.make('/functions/ingest', laneAdvanced.example, attributes)

/** What receiving it throws. */
function refusal(event: Event, headers: Record<string, string> = {}, mostBytes?: number): Error {
  const message = encodeCloudEvent(event, registry)
  try {
    checkSource(decodeCloudEvent({ ...message.headers, ...headers }, message.body, registry, mostBytes))
  } catch (error) {
    return error as Error
  }
  throw new Error('it was taken')
}

it.each([
  ['of an unknown type', refusal(lane, { 'ce-type': 'nothing.known.v1' }), 400, 'unknown-type'],
  ['of an unknown version', refusal(lane, { 'ce-type': 'lane.advanced.v9' }), 400, 'unknown-version'],
  ['too large', refusal(status, {}, 16), 413, 'too-large'],
  ['from nobody', refusal(lane, { 'ce-source': '/somebody' }), 403, 'unknown-source'],
  ['of a function, from an agent', refusal(lane, { 'ce-source': '/agents/web-1' }), 403, 'unknown-source'],
  ['of an agent, from a function', refusal(status, { 'ce-source': '/functions/status' }), 403, 'unknown-source'],
  ['without an id', refusal(lane, { 'ce-id': '' }), 400, 'invalid-event'],
])('an event %s has a problem of its own, and is not sent again', (_what, error, code, name) => {
  expect(outcomeOf(error)).toMatchObject({ status: code, type: `/problems/${name}` })
})

it.each([lane, status, { ...lane, source: '/functions/sweep' }])('an event of $source is taken', (event) => {
  expect(() => checkSource(event)).not.toThrow()
})

it.each([
  [new Permanent('no'), 422],
  [new Transient('later'), 503],
  [new Fenced('lost'), 503],
  [new BlobsUnavailable('away'), 503],
  [new TypeError('a fault of ours'), 500],
])('%s is answered with %i: what may succeed later is sent again, and nothing else', (error, code) => {
  expect(outcomeOf(error).status).toBe(code)
})

it('asks to wait for whole seconds, at least one', () => {
  expect([new Transient('', 20), new Transient('', 2_100), new Fenced('')].map(retryAfterOf)).toEqual(['1', '3', '1'])
})
