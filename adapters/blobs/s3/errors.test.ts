import { expect, it } from 'vitest'
import { BlobsUnavailable } from '../port.ts'
import { explain, UnusableBucket } from './errors.ts'

const where = { bucket: 'spider', at: 'Amazon S3 in eu-west-1' }
const named = (name: string, message = 'words', code?: string) => Object.assign(new Error(message), { name, code })

it.each([
  ['NoSuchBucket', /^there is no bucket "spider" at Amazon S3 in eu-west-1: make it/],
  ['AccessDenied', /s3:ListBucket on the bucket/],
  ['ExpiredToken', /get a new one/],
  ['CredentialsProviderError', /no access key for Amazon S3 in eu-west-1 was found/],
  ['RequestTimeTooSkewed', /the clock of this machine/],
  ['PermanentRedirect', /is in another region/],
])('%s has to be put right by somebody', (name, words) => {
  const error = explain(named(name), where)
  expect(error).toBeInstanceOf(UnusableBucket)
  expect(error.message).toMatch(words)
})

it.each([
  [named('SlowDown', 'Please reduce your request rate.'), /cannot take or give it now: SlowDown: Please reduce your request rate\.$/],
  [named('Error', 'getaddrinfo ENOTFOUND s3', 'ENOTFOUND'), /cannot be reached: getaddrinfo ENOTFOUND s3$/],
  [named('TimeoutError', 'socket did not\nconnect'), /cannot be reached: socket did not$/],
])('%s may pass by itself', (thrown, words) => {
  const error = explain(thrown, where)
  expect(error).toBeInstanceOf(BlobsUnavailable)
  expect(error).not.toBeInstanceOf(UnusableBucket)
  expect(error.message).toMatch(words)
})
