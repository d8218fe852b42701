import type { Value } from '../protocols/call.ts'
import type { Micros } from '../time.ts'
import type { Certificate } from './certificate/certificate.ts'
import type { DistinguishedName } from './certificate/name.ts'
import { isoTime } from './certificate/time.ts'

type Fields = { [name: string]: Value }

/** Names of a certificate that are shown; large hosts have hundreds. */
const MOST_NAMES = 256

/** What ECS says of a side's certificate in `tls.client` and `tls.server`. */
export const certificateFields = (certificate: Certificate | undefined): Fields => {
  if (certificate === undefined) return {}
  const { subject, issuer, notBefore, notAfter, sha256, sha1 } = certificate
  return {
    ...{ subject: subject.text, issuer: issuer.text, ...time('not_before', notBefore), ...time('not_after', notAfter) },
    hash: { sha256, sha1 },
    x509: x509(certificate),
  }
}

/** One certificate of a chain, for people. */
export const chainEntry = ({ subject, issuer, notBefore, notAfter, sha256, publicKey, isCa }: Certificate): Fields => ({
  ...{ subject: subject.text, issuer: issuer.text, ...time('not_before', notBefore), ...time('not_after', notAfter) },
  ...{
    sha256,
    key: [publicKey.curve ?? publicKey.algorithm, ...(publicKey.size === undefined ? [] : [publicKey.size])].join(' '),
    ca: isCa,
  },
})

const x509 = (certificate: Certificate): Fields => {
  const { alternativeNames, subject, issuer, notBefore, notAfter, publicKey } = certificate
  const { dns, ip, email, uri } = alternativeNames
  const names = [...dns, ...ip, ...email, ...uri].slice(0, MOST_NAMES)
  return {
    version_number: String(certificate.version),
    serial_number: certificate.serialNumber,
    signature_algorithm: certificate.signatureAlgorithm,
    public_key_algorithm: publicKey.algorithm,
    ...(publicKey.size !== undefined && { public_key_size: publicKey.size }),
    ...(publicKey.curve !== undefined && { public_key_curve: publicKey.curve }),
    ...(publicKey.exponent !== undefined && { public_key_exponent: publicKey.exponent }),
    ...(names.length > 0 && { alternative_names: names }),
    ...{ subject: nameFields(subject), issuer: nameFields(issuer), ...time('not_before', notBefore), ...time('not_after', notAfter) },
  }
}

const nameFields = (name: DistinguishedName): Fields => {
  const parts: readonly (readonly [string, string[]])[] = [
    ['common_name', name.commonName],
    ['country', name.country],
    ['locality', name.locality],
    ['organization', name.organization],
    ['organizational_unit', name.organizationalUnit],
    ['state_or_province', name.stateOrProvince],
  ]
  return { distinguished_name: name.text, ...Object.fromEntries(parts.filter(([, values]) => values.length > 0)) }
}

const time = (name: string, at: Micros | undefined): Fields => (at === undefined ? {} : { [name]: isoTime(at) })
