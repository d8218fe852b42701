import { randomBytes } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../free-port.case.ts'
import { findS3, leftOut } from '../../servers.case.ts'
import { blobsContract } from '../contract.ts'
import { type BlobReference, BlobsUnavailable } from '../port.ts'
import { openS3, type S3Options, UnusableBucket } from './blobs.ts'
import { s3Client } from './client.ts'
import { HOUR } from './place.ts'

const server = findS3()
if (!server) leftOut('blobs.test.ts', 'no S3 server is told (scripts/servers up s3 starts one)')

async function refusal(options: S3Options): Promise<Error> {
  const error = await openS3({ timeoutMs: 1000, ...options }).then(
    (blobs) => blobs.close().then(() => new Error('it was opened')),
    (thrown: Error) => thrown,
  )
  expect(error).toBeInstanceOf(BlobsUnavailable)
  expect(error.message).not.toMatch(/\n|geheim/)
  return error
}
const keyed = { region: 'us-east-1', credentials: { accessKeyId: 'who', secretAccessKey: 'geheim' } }

it('says that there is no route', async () => {
  const error = await refusal({ ...keyed, endpoint: `http://127.0.0.1:${await freePort()}`, bucket: 'b' })
  expect(error).not.toBeInstanceOf(UnusableBucket)
  expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED/)
})

it.each([
  [{ endpoint: 'localhost:9000' }, /^the S3 endpoint is not of the form/],
  [{ endpoint: 'http://who:geheim@localhost' }, /^the S3 endpoint is not of the form/],
  [{ prefix: 'no-slash' }, /^the prefix "no-slash"/],
])('refuses settings that cannot be: %j', async (settings, words) => {
  const error = await refusal({ ...keyed, bucket: 'b', ...settings })
  expect(error).toBeInstanceOf(UnusableBucket)
  expect(error.message).toMatch(words)
})

describe.skipIf(!server)('a bucket', () => {
  const { endpoint, ...credentials } = server ?? { endpoint: 'http://127.0.0.1', accessKeyId: '', secretAccessKey: '' }
  const bucket = `test-${randomBytes(6).toString('hex')}`
  const client = s3Client({ endpoint, credentials })
  const options = (more: Partial<S3Options> = {}) => ({ endpoint, credentials, bucket, ...more })
  const keysUnder = async (prefix: string) =>
    ((await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents ?? []).map(({ Key }) => Key)

  beforeAll(() => client.send(new CreateBucketCommand({ Bucket: bucket })))
  afterAll(async () => {
    for (;;) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      if (Contents.length === 0) break
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } }))
    }
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
  })

  const world = (more: Partial<S3Options> = {}) => {
    const prefix = `${randomBytes(6).toString('hex')}/`
    return { open: () => openS3(options({ prefix, ...more })), remove: async () => {} }
  }
  blobsContract('s3', async () => world())
  it('puts what is large in parts', async () => {
    const blobs = await openS3(options({ multipartBytes: 5 << 20 }))
    const bytes = randomBytes(12_000_001)
    const reference = await blobs.put('bodies', 0, bytes)
    expect(Buffer.compare((await blobs.get(reference))!, bytes)).toBe(0)
    expect(
      Buffer.compare((await blobs.get(reference, { offset: 6_000_000, length: 5_000_000 }))!, bytes.subarray(6_000_000, 11_000_000)),
    ).toBe(0)
    await blobs.close()
  })

  it('drops more than a page of objects, and leaves what it did not put', async () => {
    const blobs = await openS3(options({ prefix: 'many/' }))
    for (let i = 0; i < 1100; i += 100)
      await Promise.all(Array.from({ length: 100 }, () => blobs.put('claims', HOUR, Buffer.from('ten bytes!'))))
    await blobs.put('claims', 9 * HOUR, Buffer.from('stays'))
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'many/claims/000000000/foreign', Body: 'x' }))
    expect(await blobs.expire('claims', 5 * HOUR)).toBe(11_000)
    expect(await keysUnder('many/')).toEqual(['many/claims/000000000/foreign', expect.stringMatching(/^many\/claims\/000000009\//)])
    await blobs.close()
  })

  it('leaves no probe behind, and says that a blob is damaged', async () => {
    const blobs = await openS3(options({ prefix: 'probed/' }))
    await blobs.health()
    expect(await keysUnder('probed/')).toEqual([])
    const reference = await blobs.put('bodies', 0, Buffer.from('as it was'))
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const [key] = await keysUnder('probed/')
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'not so it' }))
    await expect(blobs.get(reference as BlobReference)).rejects.toThrow(/is damaged/)
    await blobs.close()
  })

  it('gets rules for each kind, beside those that are there', async () => {
    const foreign = { ID: 'foreign', Status: 'Enabled' as const, Filter: { Prefix: 'elsewhere/' }, Expiration: { Days: 400 } }
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [foreign] } }))
    const log: string[] = []
    for (const days of [7, 3, 3])
      await (await openS3(options({ lifecycleDays: { packets: days, claims: 1 }, log: (line) => log.push(line) }))).close()
    const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
    const found = Rules.map(({ ID, Filter, Expiration }) => [ID, Filter?.Prefix, Expiration?.Days]).sort()
    expect(found).toEqual([
      ['foreign', 'elsewhere/', 400],
      ['spider-spider/claims', 'spider/claims/', 1],
      ['spider-spider/packets', 'spider/packets/', 3],
    ])
    expect(log).toEqual([])
  })

  it('is refused in one sentence for what somebody has to change', async () => {
    expect((await refusal(options({ bucket: 'there-is-none' }))).message).toMatch(/^there is no bucket "there-is-none" at http/)
    const wrong = { ...credentials, secretAccessKey: 'geheim' }
    for (const settings of [{ credentials: wrong }, { credentials: { ...wrong, accessKeyId: 'nobody' } }]) {
      const error = await refusal(options(settings))
      expect(error).toBeInstanceOf(UnusableBucket)
      expect(error.message).toMatch(/refuses the access key: check key, secret and session token/)
    }
  })
})
