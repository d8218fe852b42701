import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { kubectl } from './cluster.ts'
import { Forward } from './forward.ts'

const WAYS = ['REDIS_URL', 'ELASTICSEARCH_URL', 'S3_ENDPOINT'] as const
const NAMES = [...WAYS, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
type Variables = Record<(typeof NAMES)[number], string>

/** Servers of this machine. `here`: as tests reach them; `pods`: as pods do. */
export interface Servers {
  here: Variables
  pods: Variables
  /** Opens and closes the way of pods to one of them, as if it were away. */
  cut(name: (typeof WAYS)[number]): void
  restore(name: (typeof WAYS)[number]): void
  /** What pods send to all of them, and are answered, is on its way for so long. */
  delay(ms: number): void
  close(): Promise<void>
}

/** Takes the servers that the variables tell, or those of `scripts/servers`, and forwards to them from an address of this machine that pods reach. */
export async function openServers(): Promise<Servers> {
  const here = variables()
  const address = nodeAddress()
  const forwards = new Map<string, Forward>()
  const pods = { ...here }
  for (const name of WAYS) {
    const url = new URL(here[name])
    const forward = await Forward.open(address, url.hostname, Number(url.port))
    forwards.set(name, forward)
    url.hostname = address
    url.port = String(forward.port)
    pods[name] = url.href.replace(/\/$/, '')
  }
  return {
    here,
    pods,
    cut: (name) => forwards.get(name)?.cut(),
    restore: (name) => forwards.get(name)?.restore(),
    delay: (ms) => {
      for (const forward of forwards.values()) forward.delay(ms)
    },
    close: async () => {
      for (const forward of forwards.values()) await forward.close()
    },
  }
}

function variables(): Variables {
  const script = fileURLToPath(new URL('../../../scripts/servers', import.meta.url))
  const needed = NAMES.some((name) => process.env[name] === undefined)
  const said = needed ? execFileSync(script, ['up'], { encoding: 'utf8' }) : ''
  const started = Object.fromEntries([...said.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  return Object.fromEntries(NAMES.map((name) => [name, process.env[name] ?? started[name]])) as Variables
}

/** The address of the node: this machine, where a cluster of one node runs on it. */
export const nodeAddress = (): string =>
  kubectl('get', 'node', '-o', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
