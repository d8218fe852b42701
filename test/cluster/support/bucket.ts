import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { BUCKET } from './install.ts'

/** Makes the bucket for blobs, unless it is there. */
export async function makeBucket(server: { S3_ENDPOINT: string; AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }): Promise<void> {
  const client = new S3Client({
    endpoint: server.S3_ENDPOINT,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: server.AWS_ACCESS_KEY_ID, secretAccessKey: server.AWS_SECRET_ACCESS_KEY },
  })
  const there = await client.send(new HeadBucketCommand({ Bucket: BUCKET })).then(
    () => true,
    () => false,
  )
  if (!there) await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  client.destroy()
}
