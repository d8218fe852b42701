import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { BUCKET } from '../../test/cluster/support/install.ts'
import type { Servers } from '../../test/cluster/support/servers.ts'
import type { Row } from '../report.ts'

interface Index {
  index: string
  'store.size': string
}

/** Bytes that the calls of a burst take on disk: each family in Elasticsearch, one segment a shard, and objects of the blob store since `from` (ms). */
export async function bytesStored({ here }: Servers, calls: number, wire: number, from: number): Promise<Row[]> {
  const ask = async (path: string, method = 'GET'): Promise<unknown> =>
    (await fetch(`${here.ELASTICSEARCH_URL}/${path}`, { method })).json()
  const indices = (await ask('_cat/indices/spider-*?format=json&expand_wildcards=all')) as Index[]
  for (const { index } of indices) await ask(`${index}/_forcemerge?max_num_segments=1`, 'POST')
  for (const { index } of indices) await ask(`${index}/_flush?force=true`, 'POST')
  const sizes = (await ask('_cat/indices/spider-*?format=json&bytes=b&h=index,store.size&expand_wildcards=all')) as Index[]
  const rows = sizes.map(({ index, 'store.size': size }) => ({ where: 'Elasticsearch', what: index.split('-')[1], bytes: Number(size) }))
  rows.push({ where: 'S3', what: 'packets and bodies', bytes: await objects(here, from) })
  return [
    ...rows.map(({ where, what, bytes }) => ({ where, what, 'bytes an exchange': bytes / calls })),
    { where: 'on the wire', what: 'capture file', 'bytes an exchange': wire / calls },
  ]
}

async function objects(here: Servers['here'], from: number): Promise<number> {
  const client = new S3Client({
    endpoint: here.S3_ENDPOINT,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: here.AWS_ACCESS_KEY_ID, secretAccessKey: here.AWS_SECRET_ACCESS_KEY },
  })
  let bytes = 0
  for (let token: string | undefined; ; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }))
    for (const { Size, LastModified } of page.Contents ?? []) if ((LastModified?.getTime() ?? 0) >= from - 1000) bytes += Size ?? 0
    token = page.NextContinuationToken
    if (token === undefined) break
  }
  client.destroy()
  return bytes
}
