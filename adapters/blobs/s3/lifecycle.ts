import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { BlobKind } from '../port.ts'

/** Days after which the server itself drops what was put, by kind: a net below `expire`, which may be asked for more. */
export type LifecycleDays = Partial<Record<BlobKind, number>>

/** Sets the bucket's rules for this prefix, and leaves all others as they are. Throws what S3 says, as when the right to it is not there. */
export async function setLifecycle(client: S3Client, bucket: string, prefix: string, days: LifecycleDays): Promise<void> {
  const ours = rulesOf(prefix, days)
  const there = await rulesOn(client, bucket)
  const ids = new Set(['packets', 'bodies', 'claims'].map((name) => idOf(prefix, name)))
  const others = there.filter(({ ID }) => !ids.has(ID ?? ''))
  // Asked for again at each start: what is set already is not written again.
  if (ours.every((rule) => there.some((other) => sameRule(rule, other))) && others.length + ours.length === there.length) return
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [...others, ...ours] } }))
}

const idOf = (prefix: string, name: string) => `spider-${prefix}${name}`

function rulesOf(prefix: string, days: LifecycleDays): LifecycleRule[] {
  return Object.entries(days).map(([kind, Days]) => ({
    ID: idOf(prefix, kind),
    Status: 'Enabled',
    Filter: { Prefix: `${prefix}${kind}/` },
    Expiration: { Days },
    // In a bucket with versions what was dropped would stay as an old one.
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    // Parts of a put that its process did not live to end.
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  }))
}

const sameRule = (a: LifecycleRule, b: LifecycleRule): boolean =>
  a.ID === b.ID && a.Status === b.Status && a.Filter?.Prefix === b.Filter?.Prefix && a.Expiration?.Days === b.Expiration?.Days

async function rulesOn(client: S3Client, bucket: string): Promise<LifecycleRule[]> {
  try {
    return (await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules ?? []
  } catch (error) {
    if ((error as Error).name === 'NoSuchLifecycleConfiguration') return []
    throw error
  }
}
