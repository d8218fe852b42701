import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const here = import.meta.dirname
const chart = join(here, 'spider')
const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0
const noHelm = runs('helm', 'version') ? undefined : 'left out: helm is not on this machine'
const kustomize = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
].find(([command]) => !spawnSync(command, ['help']).error)

interface Manifest {
  kind: string
  apiVersion: string
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: Tree
  data?: Record<string, string>
}
type Tree = { [key: string]: Tree } & Tree[]

const read = (text: string): Manifest[] => parseAllDocuments(text).flatMap((document) => (document.contents ? [document.toJS()] : []))

function template(...args: string[]): { manifests: Manifest[]; refused: string } {
  const { stdout, stderr, status } = spawnSync('helm', ['template', 'spider', chart, '-n', 'spider', '--kube-version', '1.34', ...args], {
    encoding: 'utf8',
  })
  return { manifests: status === 0 ? read(stdout) : [], refused: stderr }
}
/** With somewhere for blobs, which has no default. */
const set = (...values: string[]): { manifests: Manifest[]; refused: string } =>
  template(...['blobs.s3.bucket=b', ...values].flatMap((value) => ['--set', value]))
const find = (manifests: Manifest[], kind: string, name?: string): Manifest[] =>
  manifests.filter((it) => it.kind === kind && (name === undefined || it.metadata.name === name))
const services = (manifests: Manifest[]): Manifest[] => find(manifests, 'Service').filter((it) => it.apiVersion.startsWith('serving'))

if (noHelm) process.stderr.write(`chart: ${noHelm}\n`)

describe.skipIf(noHelm)('the chart', () => {
  it('passes helm lint', () => {
    const { stdout, status } = spawnSync('helm', ['lint', '--strict', '--kube-version', '1.34', '--set', 'blobs.s3.bucket=b', chart], {
      encoding: 'utf8',
    })
    expect(status, stdout).toBe(0)
  })

  it.each(['eks', 'karbon', 'k3s'])('takes the values for %s', (name) => {
    const { manifests, refused } = template('-f', join(here, 'values', `${name}.yaml`))
    expect(refused).toBe('')
    expect(find(manifests, 'DaemonSet', 'whisperer')).toHaveLength(1)
  })

  it.each([
    ['two Elasticsearches', ['elasticsearch.external.url=http://es:9200'], '/elasticsearch/external/url'],
    ['no Elasticsearch', ['elasticsearch.eck.enabled=false'], '/elasticsearch/external/url'],
    ['two Redises', ['redis.external.url=redis://r'], '/redis/external/url'],
    ['no Redis', ['redis.enabled=false'], '/redis/external/url'],
    ['a bucket and a volume', ['blobs.volume.enabled=true'], '/blobs/s3/bucket'],
    ['neither bucket nor volume', ['blobs.s3.bucket='], '/blobs/s3/bucket'],
    ['half a key', ['blobs.s3.accessKeyId=a'], '/blobs/s3/secretAccessKey'],
    ['an API key and a user', ['elasticsearch.external.apiKey=k', 'elasticsearch.external.username=u'], '/elasticsearch/external/username'],
    ['a secret told twice', ['existingSecret=mine', 'redis.external.password=p'], '/redis/external/password'],
    ['a host that nothing answers', ['expose.host=a.example'], '/expose/host'],
    ['an ingress without a host', ['expose.kind=ingress'], '/expose/host'],
    ['a broker that is not known', ['broker.class=Rabbit'], '/broker/class'],
    ['a function that is not there', ['functions.overrides.sesions.maxScale=2'], 'sesions'],
    ['a value that is not there', ['redis.enable=false'], 'enable'],
  ])('refuses %s', (_name, values, where) => {
    const { manifests, refused } = set(...values)
    expect(manifests).toEqual([])
    expect(refused).toContain(where)
  })

  it('runs the chain in one service, or each function apart', () => {
    const together = set()
    const apart = set('functions.chain=apart')
    const names = (manifests: Manifest[]): string[] => services(manifests).map((it) => it.metadata.name)
    expect(names(together.manifests)).not.toContain('parsing')
    expect(names(apart.manifests)).toEqual(expect.arrayContaining([...names(together.manifests), 'parsing', 'dedup']))
    expect(find(together.manifests, 'ConfigMap')[0].data?.SPIDER_CHAIN).toBe('parsing,dedup')
    expect(find(apart.manifests, 'ConfigMap')[0].data?.SPIDER_CHAIN).toBe('')
  })

  it('caps every function, and replaces what one declares', () => {
    const { manifests } = set('functions.maxScale=3', 'functions.initialScale=0', 'functions.overrides.sessions.memory=2Gi')
    for (const it of services(manifests)) {
      const { annotations } = it.spec.template.metadata
      expect(Number(annotations['autoscaling.knative.dev/max-scale']), it.metadata.name).toBeLessThanOrEqual(3)
      expect(annotations['autoscaling.knative.dev/initial-scale']).toBe('0')
    }
    const [sessions] = services(manifests).filter((it) => it.metadata.name === 'sessions')
    expect(sessions.spec.template.spec.containers[0].resources.limits.memory).toBe('2Gi')
  })

  it('asks each function whether it is ready, and for how long documents are kept where that is told', () => {
    const { manifests } = set('retention.days=30')
    for (const it of services(manifests)) {
      const [container] = it.spec.template.spec.containers
      expect(container, it.metadata.name).toMatchObject({
        readinessProbe: { httpGet: { path: '/ready' } },
        livenessProbe: { httpGet: { path: '/alive' } },
      })
    }
    expect(find(manifests, 'ConfigMap')[0].data?.SPIDER_KEEP_DAYS).toBe('30')
    expect(find(set().manifests, 'ConfigMap')[0].data).not.toHaveProperty('SPIDER_KEEP_DAYS')
    expect(set('retention.days=0').refused).toContain('/retention/days')
  })

  it('knows the functions that may be overridden by the names that are declared', () => {
    const { properties } = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'))
    const { functions } = parse(readFileSync(join(chart, 'files/functions.yaml'), 'utf8')) as { functions: { name: string }[] }
    expect([...properties.functions.properties.overrides.propertyNames.enum].sort()).toEqual(functions.map(({ name }) => name).sort())
  })

  it('makes the key that secrets are sealed with, the same for every function, unless a Secret of one’s own holds it', () => {
    const { manifests } = set()
    const [sealing] = find(manifests, 'Secret', 'spider-sealing') as unknown as { stringData: { key: string } }[]
    expect(Buffer.from(sealing.stringData.key, 'base64')).toHaveLength(32)
    const named = { name: 'SPIDER_SECRETS_KEY', valueFrom: { secretKeyRef: { name: 'spider-sealing', key: 'key' } } }
    for (const it of services(manifests)) expect(it.spec.template.spec.containers[0].env, it.metadata.name).toContainEqual(named)
    expect(find(set('existingSecret=mine').manifests, 'Secret', 'spider-sealing')).toEqual([])
  })

  it('lets Gocipher see the processes of each node, where it is asked for', () => {
    expect(find(set().manifests, 'DaemonSet', 'gocipher')).toEqual([])
    const { manifests } = set(
      'agents.gocipher.enabled=true',
      'agents.gocipher.keylogs=/var/log/tls',
      'agents.gocipher.env.SPIDER_PROCESS=nginx',
    )
    expect(find(manifests, 'ServiceAccount', 'spider-agents')).toHaveLength(1)
    const [{ spec }] = find(manifests, 'DaemonSet', 'gocipher')
    const pod = spec.template.spec
    expect(pod).toMatchObject({ hostPID: true, automountServiceAccountToken: false })
    expect(pod).not.toHaveProperty('hostNetwork')
    const [container] = pod.containers
    expect(container.command).toEqual(['node', 'gocipher.mjs'])
    const env = Object.fromEntries([...container.env].map(({ name, value }) => [name, value]))
    expect(env).toMatchObject({
      SPIDER_SERVER: 'http://ingest.spider.svc.cluster.local',
      SPIDER_GOCIPHER_CACHE: '/cache',
      SPIDER_USAGE_INTERVAL: '10m',
      SPIDER_KEYLOGS: '/keylogs',
      SPIDER_PROCESS: 'nginx',
    })
    expect(container.securityContext.appArmorProfile).toEqual({ type: 'Unconfined' })
    const mounts = [...container.volumeMounts].map(({ name }) => name)
    expect([...pod.volumes].map(({ name }) => name)).toEqual(mounts)
    expect([...pod.volumes].filter(({ hostPath }) => hostPath)).toEqual([
      { name: 'keylogs', hostPath: { path: '/var/log/tls', type: 'Directory' } },
    ])
    expect(set('agents.gocipher.keylogs=logs').refused).toContain('/agents/gocipher/keylogs')
    expect(set('agents.gocipher.usageInterval=often').refused).toContain('/agents/gocipher/usageInterval')
  })

  it('gives query the schemas of gRPC, of these values or of a ConfigMap that is there', () => {
    const given = set('schemas.files.shop\\.proto=syntax = "proto3";').manifests
    expect(find(given, 'ConfigMap', 'spider-schemas')[0].data).toEqual({ 'shop.proto': 'syntax = "proto3";' })
    expect(find(given, 'ConfigMap', 'spider')[0].data?.SPIDER_PROTO).toBe('/etc/spider/schemas')
    const query = (manifests: Manifest[]): Tree => services(manifests).filter((it) => it.metadata.name === 'query')[0].spec.template.spec
    const [{ volumeMounts }] = query(given).containers
    expect(volumeMounts).toContainEqual({ name: 'schemas', mountPath: '/etc/spider/schemas', readOnly: true })
    expect(query(given).volumes).toContainEqual({ name: 'schemas', configMap: { name: 'spider-schemas' } })
    const named = set('schemas.existingConfigMap=mine').manifests
    expect(find(named, 'ConfigMap', 'spider-schemas')).toEqual([])
    expect(query(named).volumes).toContainEqual({ name: 'schemas', configMap: { name: 'mine' } })
    expect(find(set().manifests, 'ConfigMap', 'spider')[0].data).not.toHaveProperty('SPIDER_PROTO')
    expect(set('schemas.files.notes\\.txt=x').refused).toContain('notes.txt')
    expect(set('schemas.existingConfigMap=mine', 'schemas.files.shop\\.proto=x').refused).toContain('/schemas/files')
  })

  it('has whisperer leave out what Spider itself sends, and lets it ask which pods that are', () => {
    const { manifests } = set(
      'agents.whisperer.enabled=true',
      'elasticsearch.eck.enabled=false',
      'elasticsearch.external.url=https://es.example\\,https://es2.example:9201/path',
      'redis.enabled=false',
      'redis.external.url=redis+cluster://user:secret@r1.example:7000\\,r2.example/0',
    )
    const [{ rules }] = find(manifests, 'ClusterRole', 'spider-whisperer-spider') as unknown as { rules: unknown }[]
    expect(rules).toEqual([{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['list', 'watch'] }])
    const [{ spec }] = find(manifests, 'DaemonSet', 'whisperer')
    expect(spec.template.spec.automountServiceAccountToken).toBe(true)
    const env = Object.fromEntries([...spec.template.spec.containers[0].env].map(({ name, value }) => [name, value]))
    expect(env).toMatchObject({
      SPIDER_OWN_NAMESPACE: 'spider',
      SPIDER_OWN_CARRIERS: expect.stringContaining('knative-eventing'),
      SPIDER_OWN_SERVERS:
        'https://es.example,https://es2.example:9201,redis://r1.example:7000,redis://r2.example,https://b.s3.us-east-1.amazonaws.com',
    })
    const all = set('agents.whisperer.enabled=true', 'agents.whisperer.ownTraffic.leaveOut=false').manifests
    expect(find(all, 'ClusterRole')).toEqual([])
    expect(find(all, 'DaemonSet', 'whisperer')[0].spec.template.spec.automountServiceAccountToken).toBe(false)
    expect(set('agents.whisperer.ownTraffic.servers={redis}').refused).toContain('/agents/whisperer/ownTraffic/servers')
  })

  it('gives nobody a right that is not needed', () => {
    const { manifests } = set('agents.whisperer.enabled=true', 'agents.gocipher.enabled=true')
    const pods = manifests.map(
      (it) => it.spec?.jobTemplate?.spec.template.spec ?? it.spec?.template?.spec ?? (it.kind === 'Pod' ? it.spec : undefined),
    )
    const containers = pods.flatMap((pod) => (pod ? pod.containers : []))
    expect(containers.length).toBeGreaterThan(8)
    for (const { name, securityContext } of containers) {
      expect(securityContext, String(name)).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
    const added = containers.flatMap(({ securityContext }) => securityContext.capabilities.add ?? [])
    const gocipher = ['BPF', 'PERFMON', 'SYS_PTRACE', 'SYS_ADMIN', 'NET_ADMIN', 'DAC_READ_SEARCH', 'SYS_CHROOT', 'SETUID', 'SETGID']
    expect(added).toEqual(['NET_RAW', ...gocipher])
  })
})

describe.skipIf(noHelm || !kustomize)('the chart and the manifests', () => {
  let chartOf: Manifest[]
  let base: Manifest[]
  beforeAll(() => {
    chartOf = set(
      'functions.chain=apart',
      'elasticsearch.eck.enabled=false',
      'elasticsearch.external.url=http://es',
      'redis.enabled=false',
      'redis.external.url=redis://r',
      'image.repository=registry.example/spider',
    ).manifests
    const [command, verb] = kustomize as string[]
    base = read(spawnSync(command, [verb, join(here, '../knative/overlays/apart')], { encoding: 'utf8' }).stdout)
  })

  it('say the same of every function', () => {
    const essence = ({ metadata, spec }: Manifest): unknown => {
      const { annotations } = spec.template.metadata
      const { 'spider/settings': _hash, ...scaling } = annotations as unknown as Record<string, string>
      const { volumes, containers, ...pod } = spec.template.spec as unknown as Record<string, Tree>
      const { envFrom: _from, imagePullPolicy: _policy, env, ...container } = containers[0]
      // The chart makes this key; who applies the manifests gives it with the other secrets.
      const told = (env as unknown as { name: string }[]).filter(({ name }) => name !== 'SPIDER_SECRETS_KEY')
      return { name: metadata.name, scaling, pod, volumes, container, told }
    }
    expect(services(chartOf).map(essence).sort(byName)).toEqual(services(base).map(essence).sort(byName))
  })

  it('say the same of every trigger', () => {
    const essence = ({ metadata, spec }: Manifest): unknown => ({ name: metadata.name, annotations: metadata.annotations, spec })
    expect(find(chartOf, 'Trigger').map(essence).sort(byName)).toEqual(find(base, 'Trigger').map(essence).sort(byName))
  })
})

const byName = (one: unknown, other: unknown): number => (one as { name: string }).name.localeCompare((other as { name: string }).name)
