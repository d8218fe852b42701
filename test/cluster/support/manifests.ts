import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { kubectl } from './cluster.ts'
import { BUCKET, PREFIX } from './install.ts'
import type { Servers } from './servers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = `${root}dist/overlay-of-the-test`

/** An overlay as a user writes one: the base and components of the repository, with a `site` of one's own. */
export function writeOverlay({ pods }: Servers, image: string, components: string[]): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const colon = image.lastIndexOf(':')
  const secrets = {
    REDIS_URL: pods.REDIS_URL,
    REDIS_PREFIX: PREFIX,
    ELASTICSEARCH_URL: pods.ELASTICSEARCH_URL,
    S3_ENDPOINT: pods.S3_ENDPOINT,
    S3_BUCKET: BUCKET,
    S3_PREFIX: PREFIX.replace(':', '/'),
    AWS_ACCESS_KEY_ID: pods.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: pods.AWS_SECRET_ACCESS_KEY,
    SPIDER_SECRETS_KEY: randomBytes(32).toString('base64'),
  }
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}`)
  writeFileSync(`${folder}/spider.env`, `${lines.join('\n')}\n`)
  cpSync(`${root}knative/site/references.yaml`, `${folder}/references.yaml`)
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'spider',
    resources: ['../../knative/base'],
    components: components.map((name) => `../../knative/components/${name}`),
    configurations: ['references.yaml'],
    secretGenerator: [{ name: 'spider', envs: ['spider.env'] }],
    images: [{ name: 'spider', newName: image.slice(0, colon), newTag: image.slice(colon + 1) }],
    patches: [{ target: { group: 'serving.knative.dev', kind: 'Service' }, patch: SMALL }],
  }
  writeFileSync(`${folder}/kustomization.yaml`, stringify(kustomization))
}

/** One machine of two cores carries everything. */
const SMALL = stringify([
  { op: 'replace', path: '/spec/template/spec/containers/0/resources/requests/cpu', value: '50m' },
  { op: 'add', path: '/spec/template/metadata/annotations/autoscaling.knative.dev~1max-scale', value: '2' },
])

export const applyOverlay = (): string => kubectl('apply', '-k', folder)
/**
 * Takes it away as the docs tell it. While there are instances Kubernetes comes back to the namespace after half of the longest time that one has for ending: 91 s without `query`
 * (180 s, `sessions`), and five seconds more at the beginning; the rest of the bound is for what the machine has to do besides.
 */
export const deleteOverlay = (): string => kubectl('delete', '-k', folder, '--wait=true', '--timeout=180s')
