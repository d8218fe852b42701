import { get } from 'node:http'
import { ingress, kubectl, NAMESPACE, waitFor } from '../../test/cluster/support/cluster.ts'
import { instances } from '../../test/cluster/support/zero.ts'
import { quantile } from '../measure.ts'
import type { Row } from '../report.ts'

/** Milliseconds from a request to a function to its answer, through Knative's gateway. */
export function answered(service: string): Promise<number> {
  const host = `${service}.${NAMESPACE}.lab.test`
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    get(new URL('/ready', ingress), { headers: { host: hostOf(service) ?? host }, agent: false }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - begun)
        else reject(new Error(`${service} answered ${answer.statusCode}`))
      })
    }).on('error', reject)
  })
}

const hosts = new Map<string, string>()
function hostOf(service: string): string | undefined {
  if (!hosts.has(service))
    hosts.set(service, new URL(kubectl('-n', NAMESPACE, 'get', 'ksvc', service, '-o', 'jsonpath={.status.url}')).host)
  return hosts.get(service)
}

/** Cold and warm answers of each service, `runs` times each, all at zero before each round. */
export async function coldStarts(services: readonly string[], runs: number): Promise<Row[]> {
  const times = new Map<string, { cold: number[]; warm: number[] }>(services.map((name) => [name, { cold: [], warm: [] }]))
  for (let run = 0; run < runs; run++) {
    await waitFor('every function to be at zero', 300_000, async () => Object.keys(await instances()).length === 0 || undefined)
    for (const name of services) {
      times.get(name)?.cold.push(await answered(name))
      times.get(name)?.warm.push(await answered(name))
    }
  }
  return [...times].map(([name, { cold, warm }]) => ({
    function: name,
    'cold p50 ms': quantile(cold, 0.5),
    'cold p95 ms': quantile(cold, 0.95),
    'warm p50 ms': quantile(warm, 0.5),
    runs,
  }))
}
