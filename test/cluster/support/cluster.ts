import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const lab = fileURLToPath(new URL('../../../../shared/lab', import.meta.url))
const LAB_KUBECONFIG = '/var/lib/spider-lab/admin.kubeconfig'

const kubeconfig = process.env.KUBECONFIG ?? (existsSync(lab) && existsSync(LAB_KUBECONFIG) ? LAB_KUBECONFIG : undefined)

export const NAMESPACE = 'spider'
export const imageTool = process.env.SPIDER_IMAGE_TOOL ?? (existsSync(`${lab}/image`) ? `${lab}/image` : undefined)
export const ingress = process.env.SPIDER_CLUSTER_INGRESS ?? 'http://127.0.0.1:31080'

/** Why there is no cluster to test on; undefined when there is one. */
export const noCluster: string | undefined = reason()

function reason(): string | undefined {
  if (kubeconfig === undefined) return 'left out: no KUBECONFIG, and no lab'
  if (spawnSync('helm', ['version']).status !== 0) return 'left out: helm is not on this machine'
  const { error, stderr, status } = spawnSync('kubectl', ['get', 'ksvc', '-A'], { encoding: 'utf8', env: environment() })
  if (error || status !== 0) return `left out: the cluster does not answer, or has no Knative: ${(error?.message ?? stderr).trim()}`
  if (imageTool === undefined) return 'left out: SPIDER_IMAGE_TOOL is not set'
  return undefined
}

export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: kubeconfig }
}

/** Runs a command on the cluster; throws with what it said when it fails. */
export function run(command: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', env: environment(), maxBuffer: 64 << 20 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`)
  return stdout
}

/** The same while this process goes on: it may be what the pods reach their servers through. */
export async function runBeside(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { encoding: 'utf8', env: environment(), maxBuffer: 64 << 20 })
  return stdout
}

export const kubectl = (...args: string[]): string => run('kubectl', ...args)
export const helm = (...args: string[]): string => run('helm', ...args)

/** Objects of a kind in the namespace of the tests. */
export const list = <Item>(kind: string, ...args: string[]): Item[] =>
  (JSON.parse(kubectl('-n', NAMESPACE, 'get', kind, '-o', 'json', ...args)) as { items: Item[] }).items

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until the answer is not undefined; throws with what was waited for after so many ms. */
export async function waitFor<Answer>(
  what: string,
  ms: number,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
): Promise<Answer> {
  for (const until = Date.now() + ms; ; await pause(500)) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > until) throw new Error(`waited ${ms / 1000} s for ${what}\n${state()}`)
  }
}

/** Does a step, and prints how long it took. */
export async function timed<Result>(step: string, work: () => Result | Promise<Result>): Promise<Result> {
  const begun = performance.now()
  const result = await work()
  process.stderr.write(`cluster: ${step}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  return result
}

/** What a person would look at first when something hangs. */
export function state(): string {
  const look = (...args: string[]): string => execFileSync('kubectl', ['-n', NAMESPACE, ...args], { encoding: 'utf8', env: environment() })
  return [
    look('get', 'ksvc,broker,trigger,pod,job'),
    look('get', 'events', '--sort-by=.lastTimestamp').split('\n').slice(-15).join('\n'),
  ].join('\n')
}
