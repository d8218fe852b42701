import { hostname } from 'node:os'
import { option } from './options.ts'
import { agentName, any, duration, url } from './values.ts'

/** Options that every agent has. */
export const COMMON = {
  server: option({
    flag: '--server',
    variable: 'SPIDER_SERVER',
    placeholder: 'URL',
    default: '',
    help: 'the Spider that everything is sent to',
    read: url,
  }),
  token: option({
    flag: '--token',
    variable: 'SPIDER_TOKEN',
    placeholder: 'TOKEN',
    default: '',
    help: 'what the server knows this agent by; better given as the variable',
    read: any,
  }),
  timeout: option({
    flag: '--timeout',
    variable: 'SPIDER_TIMEOUT',
    placeholder: 'TIME',
    default: '30s',
    help: 'how long an answer of the server is waited for',
    read: duration('s', 100, 600_000),
  }),
  statusInterval: option({
    flag: '--status-interval',
    variable: 'SPIDER_STATUS_INTERVAL',
    placeholder: 'TIME',
    default: '20s',
    help: 'how often the agent says how it goes',
    read: duration('s', 100, 3_600_000),
  }),
  statusIdle: option({
    flag: '--status-idle',
    variable: 'SPIDER_STATUS_IDLE',
    placeholder: 'TIME',
    default: '10m',
    help: 'how often, while nothing changes',
    read: duration('s', 100, 86_400_000),
  }),
  name: option({
    flag: '--name',
    variable: 'SPIDER_NAME',
    placeholder: 'NAME',
    default: '',
    help: "the agent's name; without, the host's",
    read: (text) => agentName(text || hostname()),
  }),
} as const
