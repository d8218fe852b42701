import { readFileSync } from 'node:fs'
import { type ClientRequest, get, type RequestOptions } from 'node:http'
import { get as getSecurely } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'

interface Item {
  metadata: { uid: string }
}

/** What matters of a pod here (Kubernetes API, core/v1). */
export interface Pod extends Item {
  spec: { nodeName?: string; hostNetwork?: boolean }
  status: { phase?: string; podIPs?: { ip: string }[]; hostIPs?: { ip: string }[] }
}

/** What matters of a service. */
export interface Service extends Item {
  /** `None` of one that has no address of its own. */
  spec: { clusterIPs?: string[] }
}

/** Where the Kubernetes API is, and how one is known there. */
export interface Api {
  url: URL
  ca?: Buffer
  /** Asked for each time: the kubelet changes it every hour. */
  token(): string
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The API as a pod with a service account's token reaches it. Throws when it is none. */
export const apiOfPod = (env: Readonly<Record<string, string | undefined>>): Api => {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env
  if (host === '') throw new Error('this is no pod: KUBERNETES_SERVICE_HOST is not set')
  const url = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`)
  return { url, ca: readFileSync(`${ACCOUNT}/ca.crt`), token: () => readFileSync(`${ACCOUNT}/token`, 'utf8').trim() }
}

const AGAIN_MS = 1000
/** The API sends a bookmark every minute; when nothing comes for so long the connection is dead. */
const SILENT_MS = 150_000
/** Of one object, as a line: etcd keeps no object above 1.5 MB. */
const LONGEST_LINE = 4 << 20
const LONGEST_LIST = 256 << 20

export interface FollowEvents<Kind> {
  changed(items: readonly Kind[]): void
  /** Why they are not known now; undefined: they are again. */
  failed(reason: string | undefined): void
}

/** Follows the pods or services of one namespace until `signal` (list, then watch from there; Kubernetes API concepts, "Efficient detection of changes"). */
export async function follow<Kind extends Item>(
  api: Api,
  kind: 'pods' | 'services',
  namespace: string,
  { changed, failed }: FollowEvents<Kind>,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${kind}`
  while (!signal.aborted) {
    try {
      const list = JSON.parse(await textOf(api, path, signal)) as { metadata: { resourceVersion: string }; items: Kind[] }
      const items = new Map(list.items.map((item) => [item.metadata.uid, item]))
      failed(undefined)
      changed([...items.values()])
      await watch(
        api,
        `${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${list.metadata.resourceVersion}`,
        signal,
        (item: Kind, gone) => {
          if (gone) items.delete(item.metadata.uid)
          else items.set(item.metadata.uid, item)
          changed([...items.values()])
        },
      )
    } catch (error) {
      if (signal.aborted) return
      failed(`the ${kind} of ${namespace} are not told: ${(error as Error).message}`)
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Resolves when the API ends the watch, which it does every half hour or hour. */
async function watch<Kind extends Item>(
  api: Api,
  path: string,
  signal: AbortSignal,
  on: (item: Kind, gone: boolean) => void,
): Promise<void> {
  let rest = ''
  for await (const piece of answerOf(api, path, signal)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() as string
    if (rest.length > LONGEST_LINE) throw new Error('a line of the watch has no end')
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: Kind & { message?: string } }
      if (type === 'ERROR') throw new Error(object.message ?? 'the watch has ended')
      if (type !== 'BOOKMARK') on(object, type === 'DELETED')
    }
  }
}

async function textOf(api: Api, path: string, signal: AbortSignal): Promise<string> {
  let text = ''
  for await (const piece of answerOf(api, path, signal)) {
    text += piece
    if (text.length > LONGEST_LIST) throw new Error('the list has no end')
  }
  return text
}

async function* answerOf({ url, ca, token }: Api, path: string, signal: AbortSignal): AsyncGenerator<string> {
  const options: RequestOptions = {
    headers: { authorization: `Bearer ${token()}`, accept: 'application/json' },
    signal,
    timeout: SILENT_MS,
  }
  const target = new URL(path, url)
  const request: ClientRequest = url.protocol === 'https:' ? getSecurely(target, { ...options, ca }) : get(target, options)
  request.once('timeout', () => request.destroy(new Error('the API says nothing')))
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
  })
  if (response.statusCode !== 200) {
    response.resume()
    throw new Error(`the Kubernetes API answered ${response.statusCode} ${response.statusMessage}`)
  }
  yield* response.setEncoding('utf8') as AsyncIterable<string>
}
