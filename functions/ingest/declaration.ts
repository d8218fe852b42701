import { agentStatus } from '#events/agent-status.ts'
import { hostsResolved } from '#events/hosts-resolved.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { licenseUsage } from '#events/license-usage.ts'
import { networkUsage } from '#events/network-usage.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { rereadDue } from '#events/reread-due.ts'
import { tlsSecrets } from '#events/tls-secrets.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'ingest',
  summary:
    'Makes captured packets and sealed secrets of TLS sessions durable before the agent is answered, and says what has work for them; hands on what agents say else',
  trigger: 'agents',
  consumes: [
    listed(packetsCaptured),
    listed(tlsSecrets),
    listed(agentStatus),
    listed(hostsResolved),
    listed(networkUsage),
    listed(licenseUsage),
  ],
  produces: [
    listed(laneAdvanced),
    listed(rereadDue),
    listed(agentStatus),
    listed(hostsResolved),
    listed(networkUsage),
    listed(licenseUsage),
  ],
  scaling: {
    concurrency: 16,
    queue: 64,
    utilization: 60,
    metric: 'concurrency',
    maxScale: 20,
    scaleDownDelay: 15,
    retention: 60,
    timeout: 60,
    cpu: '250m',
    memory: '384Mi',
    why: 'waits for the blob store and the state most of the time, so sixteen at once; a section of 1 MB each, packed and not, bounds its memory. Agents wait for its answer: another instance is started at ten, before they are held up, and the last is kept for a minute since agents send every half second while they capture',
  },
}
