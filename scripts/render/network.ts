import { labels, type Manifest } from './services.ts'

/** Namespaces that requests to functions come from: Knative itself, and the ingresses it is installed with. */
export const INGRESSES = [
  'knative-serving',
  'knative-eventing',
  'kourier-system',
  'istio-system',
  'contour-external',
  'contour-internal',
  'projectcontour',
]

/**
 * Who may open a connection to a function: Knative and its ingress. What functions open themselves is not limited: where their store is, the cluster's
 * owner knows. A network without policies ignores this.
 */
export const networkPolicy = (): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'functions', labels: labels('functions') },
  spec: {
    podSelector: {
      matchExpressions: [{ key: 'serving.knative.dev/service', operator: 'Exists' }],
      matchLabels: { 'app.kubernetes.io/name': 'spider' },
    },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [{ namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: INGRESSES }] } }],
      },
    ],
  },
})
