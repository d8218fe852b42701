import type { Declaration } from '#functions/declare.ts'
import { declarations } from '#functions/host/declarations.ts'

/** One function as the platform sees it: what the manifests and the chart are made of. */
export interface Deployed {
  name: string
  summary: string
  why: string
  /** The function in whose process it runs when the chain is deployed together; absent for those that are always a service. */
  within?: string
  /** Reachable from outside the cluster: agents and people call these two. */
  public: boolean
  annotations: Record<string, string>
  concurrency: number
  timeout: number
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  /** A trigger each. */
  triggers: Trigger[]
}

export interface Trigger {
  name: string
  type: string
  ordered: boolean
}

/** Every function, in the order of the data's way. */
export const deployed: readonly Deployed[] = declarations.map(toDeployed)

/** What is a service when the chain runs in one process. */
export const chained: readonly Deployed[] = deployed.filter(({ within }) => within === undefined)

/** What is a service of its own only when the functions run apart. */
export const apart: readonly Deployed[] = deployed.filter(({ within }) => within !== undefined)

function toDeployed(declaration: Declaration): Deployed {
  const { name, summary, trigger, within, scaling } = declaration
  return {
    name,
    summary,
    why: scaling.why,
    ...(within === undefined ? {} : { within }),
    public: trigger === 'agents' || trigger === 'http',
    annotations: autoscaling(declaration),
    concurrency: scaling.concurrency,
    timeout: scaling.timeout,
    resources: { requests: { cpu: scaling.cpu, memory: scaling.memory }, limits: { memory: scaling.memory } },
    triggers: triggersOf(declaration),
  }
}

/** Knative's autoscaler reads these from the template of a revision. That a revision begins with none at all is asked for apart: a cluster has to allow it. */
function autoscaling({ scaling }: Declaration): Record<string, string> {
  const of = (name: string): string => `autoscaling.knative.dev/${name}`
  return {
    [of('class')]: 'kpa.autoscaling.knative.dev',
    [of('metric')]: scaling.metric,
    [of('target-utilization-percentage')]: String(scaling.utilization),
    [of('min-scale')]: '0',
    [of('max-scale')]: String(scaling.maxScale),
    [of('scale-down-delay')]: `${scaling.scaleDownDelay}s`,
    [of('scale-to-zero-pod-retention-period')]: `${scaling.retention}s`,
  }
}

/** No broker stands between agents and the function that they wait for; what it cannot deliver, the broker brings without a trigger. */
function triggersOf({ name, trigger, consumes, ordered }: Declaration): Trigger[] {
  if (trigger === 'agents' || trigger === 'dead-letters') return []
  return consumes.map(({ type }) => ({ name: `${name}-${type.replaceAll('.', '-')}`, type, ordered: ordered === true }))
}
