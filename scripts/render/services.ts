import type { Deployed } from './model.ts'

/** Where the manifests put everything; an overlay may move it. */
export const NAMESPACE = 'spider'
export const IMAGE = 'spider'
export const BROKER = 'spider'
/** The address of the broker class that Knative brings itself; the overlay of another class replaces it. */
export const SINK = `http://broker-ingress.knative-eventing.svc.cluster.local/${NAMESPACE}/${BROKER}`

export type Manifest = Record<string, unknown> & { kind: string; metadata: Record<string, unknown> }

export const labels = (component: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'spider',
  'app.kubernetes.io/component': component,
})

/** What no container of ours needs is taken from it. */
export const securityContext = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

export const environment = [{ configMapRef: { name: 'spider' } }, { secretRef: { name: 'spider' } }]

/**
 * Ready once what the function works with is open: until then the platform holds requests. With no period given Knative asks several times a second while an instance starts.
 * Alive as long as it answers: whether servers are there is no reason to start it anew, so `/health` is for people.
 */
export const probes = {
  readinessProbe: { httpGet: { path: '/ready', port: 0 }, successThreshold: 1 },
  livenessProbe: {
    httpGet: { path: '/alive', port: 0 },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
}

/** Where a function may write: Node's compile cache, and what is on its way. It counts as memory of the container. */
export const scratch = {
  mounts: [{ name: 'tmp', mountPath: '/tmp' }],
  volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }],
}

export const serviceAccount = (): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'spider', labels: labels('functions') },
  automountServiceAccountToken: false,
})

/** A function as a Knative Service. */
export const service = (it: Deployed): Manifest => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: {
    name: it.name,
    labels: { ...labels(it.name), ...(it.public ? {} : { 'networking.knative.dev/visibility': 'cluster-local' }) },
    annotations: { 'spider/summary': it.summary, 'spider/scaling': it.why },
  },
  spec: {
    template: {
      metadata: { labels: labels(it.name), annotations: it.annotations },
      spec: {
        serviceAccountName: 'spider',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        containerConcurrency: it.concurrency,
        timeoutSeconds: it.timeout,
        responseStartTimeoutSeconds: it.timeout,
        containers: [
          {
            name: 'function',
            image: IMAGE,
            env: [
              { name: 'FUNCTION_TARGET', value: it.name },
              { name: 'K_SINK', value: SINK },
            ],
            envFrom: environment,
            ...probes,
            resources: it.resources,
            securityContext,
            volumeMounts: scratch.mounts,
          },
        ],
        volumes: scratch.volumes,
      },
    },
  },
})

/** Once a minute: wakes the lanes whose log is ahead of their cursor, so that a lost event is a delay and not a loss; once an hour it drops what is old. */
export const sweep = (): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'sweep', labels: labels('sweep') },
  spec: {
    schedule: '* * * * *',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 30,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: {
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 50,
        ttlSecondsAfterFinished: 300,
        template: {
          metadata: { labels: labels('sweep') },
          spec: {
            serviceAccountName: 'spider',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            restartPolicy: 'Never',
            containers: [
              {
                name: 'sweep',
                image: IMAGE,
                env: [
                  { name: 'FUNCTION_TARGET', value: 'sweep' },
                  { name: 'K_SINK', value: SINK },
                ],
                envFrom: environment,
                resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
                securityContext,
                volumeMounts: scratch.mounts,
              },
            ],
            volumes: scratch.volumes,
          },
        },
      },
    },
  },
})
