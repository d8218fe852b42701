import { S3Client } from '@aws-sdk/client-s3'
import { UnusableBucket } from './errors.ts'

export interface S3Settings {
  /** URL of the server; Amazon's unless told. */
  endpoint?: string
  /** AWS_REGION or the profile's unless told; `us-east-1` with an endpoint. */
  region?: string
  /** Those of the environment, the profile, the pod's or the machine's role unless told. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** The bucket's name in the path, not in the host's name. True with an endpoint unless told. */
  forcePathStyle?: boolean
  /** A request without an answer is given up after this time, and tried again twice. 10 s unless told. */
  timeoutMs?: number
}

/** Requests under way at once; others wait. */
const SOCKETS = 64

/** Throws `UnusableBucket` when the endpoint is no URL. */
export function s3Client({ endpoint, region, credentials, forcePathStyle, timeoutMs = 10_000 }: S3Settings): S3Client {
  if (endpoint !== undefined && !/^https?:\/\/[^/@\s]+\/?$/.test(endpoint))
    throw new UnusableBucket('the S3 endpoint is not of the form http://host:port or https://host:port, without user and password')
  const near = region ?? (endpoint ? (process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1') : undefined)
  return new S3Client({
    ...(endpoint && { endpoint }),
    ...(near && { region: near }),
    ...(credentials && { credentials }),
    forcePathStyle: forcePathStyle ?? endpoint !== undefined,
    // Blobs carry a checksum of their own, and not every server knows the newer ones.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 3000),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      // It would warn of requests that wait for a socket, which is what is meant.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS },
    },
  })
}
