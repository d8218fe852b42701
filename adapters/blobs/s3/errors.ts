import { BlobsUnavailable } from '../port.ts'

/** The bucket cannot be used before somebody changes something; the message is one line for people: what is wrong and how to put it right. */
export class UnusableBucket extends BlobsUnavailable {
  override name = 'UnusableBucket'
}

export interface Where {
  bucket: string
  /** Its server, or Amazon's in a region. */
  at: string
}

type Sentence = (where: Where) => string

const REFUSED: Sentence = ({ at }) => `${at} refuses the access key: check key, secret and session token`

/** Codes of S3's error documents, and names of the client's own errors. */
const UNUSABLE: Record<string, Sentence> = {
  NoSuchBucket: ({ bucket, at }) => `there is no bucket "${bucket}" at ${at}: make it, or name another`,
  InvalidBucketName: ({ bucket }) => `"${bucket}" is no name of a bucket: give another`,
  InvalidAccessKeyId: REFUSED,
  SignatureDoesNotMatch: REFUSED,
  InvalidToken: REFUSED,
  ExpiredToken: ({ at }) => `the session token for ${at} is over: get a new one`,
  AccessDenied: ({ bucket, at }) =>
    `${at} does not give this access key the right to bucket "${bucket}": allow it s3:ListBucket on the bucket, s3:GetObject, s3:PutObject and s3:DeleteObject on its objects`,
  CredentialsProviderError: ({ at }) =>
    `no access key for ${at} was found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine or pod a role`,
  RequestTimeTooSkewed: ({ at }) => `the clock of this machine and that of ${at} differ by more than they may: set this one by NTP`,
  PermanentRedirect: ({ bucket, at }) => `bucket "${bucket}" is in another region than ${at}: give its region`,
  AuthorizationHeaderMalformed: ({ bucket, at }) => `bucket "${bucket}" is in another region than ${at}: give its region`,
  IllegalLocationConstraintException: ({ bucket, at }) => `bucket "${bucket}" is in another region than ${at}: give its region`,
}

const NO_ROUTE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]

/** The error that the port promises, in one sentence. */
export function explain(error: Error, where: Where): BlobsUnavailable {
  if (error instanceof BlobsUnavailable) return error
  const { code = '', name } = error as NodeJS.ErrnoException & { Code?: string }
  const unusable = UNUSABLE[name] ?? UNUSABLE[code]
  if (unusable) return new UnusableBucket(unusable(where))
  if (/region is missing/i.test(error.message))
    return new UnusableBucket(`no region is set for bucket "${where.bucket}": set AWS_REGION, or give one`)
  const said = error.message.split('\n', 1)[0]
  if (NO_ROUTE.includes(code) || NO_ROUTE.includes(name))
    return new BlobsUnavailable(`${where.at} cannot be reached: ${said || code || name}`)
  if (/certificate/i.test(said))
    return new UnusableBucket(`the certificate of ${where.at} is not trusted: set NODE_EXTRA_CA_CERTS to its authority's (${said})`)
  return new BlobsUnavailable(
    `bucket "${where.bucket}" at ${where.at} cannot take or give it now: ${name === 'Error' ? '' : `${name}: `}${said}`,
  )
}
