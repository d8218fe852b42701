import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { type BlobKind, type Blobs, BlobsUnavailable } from '../port.ts'
import { type S3Settings, s3Client } from './client.ts'
import { explain, UnusableBucket, type Where } from './errors.ts'
import { type LifecycleDays, setLifecycle } from './lifecycle.ts'
import { HOUR, hourOf, hourOfKey, keyOf, type Place, parseReference, toReference } from './place.ts'

export { UnusableBucket } from './errors.ts'

export interface S3Options extends S3Settings {
  bucket: string
  /** All keys begin so, with a slash at its end unless it is empty. `spider/` unless told. */
  prefix?: string
  /** Larger blobs go in parts of half of it, at least 5 MiB. 16 MiB unless told. */
  multipartBytes?: number
  /** Sets rules in the bucket, so that the server drops what is older by itself; without the right to it, `log` is told. */
  lifecycleDays?: LifecycleDays
  /** Told, one line each, what an operator should know. */
  log?: (line: string) => void
}

const MAX_BLOB = 1 << 30
const SMALLEST_PART = 5 << 20

/** Opens blobs in an S3 bucket, each an object of its own. Throws `UnusableBucket` when somebody has to change something (bucket, key, rights, region, clock), `BlobsUnavailable` when the server is away. */
export async function openS3(options: S3Options): Promise<Blobs> {
  const blobs = new S3Blobs(s3Client(options), options)
  try {
    await blobs.open(options.lifecycleDays)
  } catch (error) {
    await blobs.close()
    throw error
  }
  return blobs
}

class S3Blobs implements Blobs {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string
  readonly #multipartBytes: number
  readonly #where: Where
  readonly #log: (line: string) => void
  /** Whether the last put was refused: then health tries one. */
  #refused = false

  constructor(client: S3Client, { bucket, prefix = 'spider/', multipartBytes = 16 << 20, endpoint, region, log = () => {} }: S3Options) {
    if (!/^$|^[\w!.*'()/-]{0,200}\/$/.test(prefix))
      throw new UnusableBucket(
        `the prefix "${prefix}" of keys in S3 does not end with a slash, or holds more than letters, digits and ! - _ . * ' ( )`,
      )
    this.#client = client
    this.#bucket = bucket
    this.#prefix = prefix
    this.#multipartBytes = Math.max(multipartBytes, SMALLEST_PART)
    this.#where = { bucket, at: endpoint ?? `Amazon S3${region ? ` in ${region}` : ''}` }
    this.#log = log
  }

  async open(days: LifecycleDays | undefined): Promise<void> {
    await this.#list('', 1)
    await this.#tryPut()
    if (days) await this.#setLifecycle(days)
  }

  async put(kind: BlobKind, at: number, bytes: Uint8Array) {
    if (bytes.length > MAX_BLOB) throw new RangeError(`a blob of ${bytes.length} bytes is too large: at most ${MAX_BLOB}`)
    const place: Place = { kind, hour: hourOf(at), name: randomBytes(8).toString('hex'), length: bytes.length, crc: crc32(bytes) }
    await this.#putAt(keyOf(place), bytes, place.crc)
    return toReference(place)
  }

  async get(reference: string, range?: { offset: number; length: number }): Promise<Uint8Array | undefined> {
    const place = parseReference(reference)
    if (!place) return undefined
    const from = Math.min(Math.max(range?.offset ?? 0, 0), place.length)
    const to = Math.min(from + Math.max(range?.length ?? place.length, 0), place.length)
    const object = { Bucket: this.#bucket, Key: this.#prefix + keyOf(place) }
    try {
      if (from === to) return await this.#do(this.#client.send(new HeadObjectCommand(object))).then(() => new Uint8Array(0))
      const whole = to - from === place.length
      const answer = this.#client.send(new GetObjectCommand({ ...object, ...(!whole && { Range: `bytes=${from}-${to - 1}` }) }))
      const bytes = await this.#do(answer.then(({ Body }) => Body?.transformToByteArray() ?? new Uint8Array(0)))
      if (bytes.length !== to - from || (whole && crc32(bytes) !== place.crc)) throw new BlobsUnavailable(`blob ${reference} is damaged`)
      return bytes
    } catch (error) {
      if (error instanceof Gone) return undefined
      throw error
    }
  }

  async expire(kind: BlobKind, before: number): Promise<number> {
    let freed = 0
    for (let after: string | undefined; ; ) {
      const { objects, last } = await this.#list(`${kind}/`, 1000, after)
      const old = objects.filter(({ hour }) => hour !== undefined && (hour + 1) * HOUR <= before)
      if (old.length > 0) await this.#delete(old.map(({ key }) => key))
      freed += old.reduce((sum, { size }) => sum + size, 0)
      if (!last || objects.some(({ hour }) => hour !== undefined && (hour + 1) * HOUR > before)) return freed
      after = last
    }
  }

  /** Cheap while puts are taken: asks for the bucket only. */
  async health(): Promise<void> {
    if (this.#refused) return this.#tryPut()
    // An answer to HEAD has no words: listing then says why.
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket })).catch(() => this.#list('', 1))
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }

  async #putAt(key: string, bytes: Uint8Array, crc: number): Promise<void> {
    const object = { Bucket: this.#bucket, Key: this.#prefix + key, Body: bytes, ContentType: 'application/octet-stream' }
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc)
    const putting =
      bytes.length > this.#multipartBytes
        ? new Upload({ client: this.#client, params: object, partSize: Math.max(this.#multipartBytes >> 1, SMALLEST_PART) }).done()
        : this.#client.send(new PutObjectCommand({ ...object, ChecksumCRC32: checksum.toString('base64') }))
    this.#refused = await this.#do(putting).then(
      () => false,
      (error) => {
        this.#refused = true
        throw error
      },
    )
  }

  async #tryPut(): Promise<void> {
    const key = `probe/${randomBytes(8).toString('hex')}`
    const bytes = Buffer.from('may be deleted')
    await this.#putAt(key, bytes, crc32(bytes))
    await this.#do(this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key })))
  }

  async #list(under: string, most: number, after?: string) {
    const { Contents = [], IsTruncated } = await this.#do(
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix + under,
          MaxKeys: most,
          ...(after && { StartAfter: after }),
        }),
      ),
    )
    const objects = Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size, hour: hourOfKey(Key.slice(this.#prefix.length)) }))
    return { objects, last: IsTruncated ? objects.at(-1)?.key : undefined }
  }

  async #delete(keys: string[]): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
    const { Errors = [] } = await this.#do(this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete })))
    if (Errors.length > 0) throw explain(Object.assign(new Error(Errors[0].Message), { name: Errors[0].Code }), this.#where)
  }

  async #setLifecycle(days: LifecycleDays): Promise<void> {
    try {
      await setLifecycle(this.#client, this.#bucket, this.#prefix, days)
    } catch (error) {
      this.#log(
        `bucket "${this.#bucket}" takes no lifecycle rules from us (${(error as Error).name}): allow s3:PutLifecycleConfiguration and s3:GetLifecycleConfiguration, or set them yourself`,
      )
    }
  }

  async #do<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } catch (error) {
      if (['NoSuchKey', 'NotFound'].includes((error as Error).name)) throw new Gone()
      throw explain(error as Error, this.#where)
    }
  }
}

/** There is no such object. */
class Gone extends Error {}
