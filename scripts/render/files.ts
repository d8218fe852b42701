import { stringify } from 'yaml'
import { broker, delivery, triggers } from './eventing.ts'
import { apart, chained, type Deployed, deployed } from './model.ts'
import { INGRESSES, networkPolicy } from './network.ts'
import { labels, type Manifest, NAMESPACE, probes, securityContext, service, serviceAccount, sweep } from './services.ts'

const HEAD = '# Made by scripts/render.ts from the declarations of the functions: change those, then run it again.\n'

const text = (...documents: object[]): string =>
  HEAD + documents.map((it) => stringify(it, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')

const services = (functions: readonly Deployed[]): string => text(...functions.map(service))
const subscriptions = (functions: readonly Deployed[]): string => text(...functions.flatMap(triggers))

const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: labels('namespace') } }

/** Where its names stand in a Knative Service, for what kustomize makes of settings and secrets (names with a hash: a change makes a new revision). */
const references = ['ConfigMap', 'Secret'].map((kind) => ({
  kind,
  version: 'v1',
  fieldSpecs: [
    {
      group: 'serving.knative.dev',
      kind: 'Service',
      path: `spec/template/spec/containers/envFrom/${kind === 'ConfigMap' ? 'configMapRef' : 'secretRef'}/name`,
    },
  ],
}))

const kustomization = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  namespace: NAMESPACE,
  resources: [
    'namespace.yaml',
    'service-account.yaml',
    'broker.yaml',
    'services.yaml',
    'triggers.yaml',
    'sweep.yaml',
    'network-policy.yaml',
  ],
  configurations: ['references.yaml'],
  configMapGenerator: [{ name: 'spider', envs: ['settings.env'] }],
}

const component = {
  apiVersion: 'kustomize.config.k8s.io/v1alpha1',
  kind: 'Component',
  resources: ['services.yaml', 'triggers.yaml'],
  configurations: ['references.yaml'],
  configMapGenerator: [{ name: 'spider', behavior: 'merge', envs: ['settings.env'] }],
}

/** `SPIDER_CHAIN`: the functions that run in the process of the one that is deployed. */
const settings = (chain: readonly Deployed[]): string => `${HEAD}SPIDER_CHAIN=${chain.map(({ name }) => name).join(',')}\n`

/** Where the image has the page, which `query` serves. */
const PAGE = 'SPIDER_PAGE=/app/page\n'

/** Every rendered file: its path in the repository, and its text. */
export const files: Record<string, string> = {
  'knative/base/kustomization.yaml': text(kustomization),
  'knative/base/namespace.yaml': text(namespace),
  'knative/base/service-account.yaml': text(serviceAccount()),
  'knative/base/broker.yaml': text(broker()),
  'knative/base/services.yaml': services(chained),
  'knative/base/triggers.yaml': subscriptions(chained),
  'knative/base/sweep.yaml': text(sweep()),
  'knative/base/network-policy.yaml': text(networkPolicy()),
  'knative/base/references.yaml': text({ nameReference: references }),
  'knative/components/apart/references.yaml': text({ nameReference: references }),
  'knative/site/references.yaml': text({ nameReference: references }),
  'knative/base/settings.env': settings(apart) + PAGE,
  'knative/components/apart/kustomization.yaml': text(component),
  'knative/components/apart/services.yaml': services(apart),
  'knative/components/apart/triggers.yaml': subscriptions(apart),
  'knative/components/apart/settings.env': settings([]),
  'helm/spider/files/functions.yaml': text({
    functions: deployed,
    chain: apart.map(({ name }) => name),
    delivery,
    probes,
    securityContext,
    ingresses: INGRESSES,
  }),
}
