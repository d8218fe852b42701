import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { environment, helm, imageTool, kubectl, list, NAMESPACE, runBeside, waitFor } from './cluster.ts'
import type { Servers } from './servers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
export const chart = `${root}helm/spider`
export const BUCKET = 'spider'
/** Nothing that an earlier test left in Redis or S3 is seen by this one. */
export const PREFIX = `test-${Date.now()}:`

/** Builds the images from this checkout and puts them into the cluster; answers what they are called there. */
export function buildImages(tag: string): { functions: string; agents: string } {
  const [functions, agents] = execFileSync(`${root}scripts/images`, [tag], {
    encoding: 'utf8',
    env: { ...environment(), SPIDER_IMAGE_TOOL: imageTool },
  })
    .trim()
    .split('\n')
    .slice(-2)
  return { functions, agents }
}

/** Knative refuses an initial scale of 0 unless the cluster allows it. */
export function allowZeroInitialScale(): void {
  kubectl('-n', 'knative-serving', 'patch', 'configmap', 'config-autoscaler', '--patch', '{"data":{"allow-zero-initial-scale":"true"}}')
}

/** Values for servers that are on this machine. */
export function valuesFor({ pods }: Servers, image: string, ...more: string[]): string[] {
  const colon = image.lastIndexOf(':')
  const values = [
    `image.repository=${image.slice(0, colon)}`,
    `image.tag=${image.slice(colon + 1)}`,
    'functions.initialScale=0',
    'functions.maxScale=3',
    'elasticsearch.eck.enabled=false',
    `elasticsearch.external.url=${pods.ELASTICSEARCH_URL}`,
    'redis.enabled=false',
    `redis.external.url=${pods.REDIS_URL}`,
    `blobs.s3.bucket=${BUCKET}`,
    `blobs.s3.endpoint=${pods.S3_ENDPOINT}`,
    'blobs.s3.region=us-east-1',
    `blobs.s3.accessKeyId=${pods.AWS_ACCESS_KEY_ID}`,
    `blobs.s3.secretAccessKey=${pods.AWS_SECRET_ACCESS_KEY}`,
    `functions.env.REDIS_PREFIX=${PREFIX}`,
    `functions.env.S3_PREFIX=${PREFIX.replace(':', '/')}`,
    ...SMALL.map(([name, cpu]) => `functions.overrides.${name}.cpu=${cpu}`),
    ...more,
  ]
  return values.flatMap((value) => ['--set', value])
}

/** One machine of two cores carries everything: requests of CPU must not keep a pod from being placed. */
const SMALL = ['ingest', 'sessions', 'parsing', 'dedup', 'query'].map((name) => [name, '50m'] as const)

export const install = (values: string[]): string => helm('install', 'spider', chart, '-n', NAMESPACE, '--create-namespace', ...values)
export const upgrade = (values: string[]): string => helm('upgrade', 'spider', chart, '-n', NAMESPACE, ...values)
export const rollback = (): string => helm('rollback', 'spider', '-n', NAMESPACE, '--wait')

interface Conditional {
  metadata: { name: string; generation: number }
  status?: { observedGeneration?: number; conditions?: { type: string; status: string }[] }
}

const isReady = ({ metadata, status }: Conditional): boolean =>
  status?.observedGeneration === metadata.generation &&
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')

/** Every function, the broker and every trigger are ready. */
export async function ready(): Promise<void> {
  for (const kind of ['services.serving.knative.dev', 'brokers.eventing.knative.dev', 'triggers.eventing.knative.dev']) {
    await waitFor(`every one of ${kind} to be ready`, 180_000, () => list<Conditional>(kind).every(isReady) || undefined)
  }
}

/** Takes everything away; answers what is left in the namespace. */
export async function uninstall(): Promise<string[]> {
  await runBeside('helm', 'uninstall', 'spider', '-n', NAMESPACE, '--wait')
  const kinds =
    'ksvc,revision,broker,trigger,deployment,statefulset,cronjob,job,pod,service,pvc,secret,configmap,serviceaccount,networkpolicy,pdb'
  const left = (): string[] =>
    kubectl('-n', NAMESPACE, 'get', kinds, '-o', 'name')
      .split('\n')
      .filter((name) => name !== '' && !OWN.has(name))
  await waitFor('what was installed to be gone', 120_000, () => left().length === 0 || undefined).catch(() => undefined)
  return left()
}

/**
 * Takes the namespace away, and waits until it is gone. Pods go first: Kubernetes comes back to a namespace whose pods are being ended only after
 * half of the time that they have for it, which is minutes.
 */
export async function clear(): Promise<void> {
  const there = kubectl('get', 'namespace', NAMESPACE, '--ignore-not-found', '-o', 'name')
  if (there.trim() === '') return
  await runBeside('kubectl', '-n', NAMESPACE, 'delete', 'ksvc,job,pod', '--all', '--grace-period=0', '--force', '--ignore-not-found')
  await runBeside('kubectl', 'delete', 'namespace', NAMESPACE, '--wait=true', '--ignore-not-found')
}

/** What every namespace has. */
const OWN = new Set(['configmap/kube-root-ca.crt', 'configmap/config-br-defaults', 'serviceaccount/default'])
