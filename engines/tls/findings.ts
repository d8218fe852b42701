import { CLIENT, SERVER } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Certificate } from './certificate/certificate.ts'
import { type TlsFacts, versionOf } from './facts.ts'
import { isNamed } from './host-name.ts'
import { type Suite, suiteOf } from './suites.ts'

const TLS_12 = 0x0303
const WEAK_RSA = 2048
const WEAK_CURVE = 224
const SOON = 30 * 86_400 * 1_000_000

/** What is weak, or will soon fail: short stable codes. `at`: time of the handshake in the capture. */
export const tlsFindings = (facts: TlsFacts, at: Micros): string[] => {
  const { clientHello, serverHello, certificates, malformed } = facts
  const found = new Set<string>()
  const version = versionOf(facts)
  if (version !== undefined && version < TLS_12) found.add('weak-tls-version')
  const suite = serverHello && suiteOf(serverHello.suite)
  if (suite !== undefined) for (const code of weaknessesOf(suite)) found.add(code)
  if (facts.primeBits !== undefined && facts.primeBits < WEAK_RSA) found.add('weak-key-exchange')
  const [own, ...issuers] = certificates[SERVER]
  if (own !== undefined) {
    for (const code of findingsOf(own, at)) found.add(code)
    if (own.selfSigned) found.add('certificate-self-signed')
    const name = clientHello?.serverName
    if (name !== undefined && name !== '' && !isNamed(own, name)) found.add('certificate-name-mismatch')
  }
  for (const certificate of issuers) for (const code of findingsOf(certificate, at)) found.add(code)
  for (const certificate of certificates[CLIENT]) for (const code of findingsOf(certificate, at)) found.add(`client-${code}`)
  if (malformed.length > 0) found.add('malformed-handshake')
  return [...found]
}

/** RFC 7465, RFC 9325 section 4.2, and SP 800-131A for triple DES. */
const weaknessesOf = ({ cipher, anonymous, exported }: Suite): string[] => {
  const found: string[] = []
  if (cipher === 'null') found.push('null-cipher')
  else if (cipher === 'rc4' || cipher === 'rc2' || cipher === 'des' || cipher === '3des') found.push('weak-cipher')
  if (exported) found.push('export-cipher')
  if (anonymous) found.push('anonymous-key-exchange')
  return found
}

const findingsOf = ({ notBefore, notAfter, publicKey, signatureAlgorithm, selfSigned, malformedAt }: Certificate, at: Micros): string[] => {
  const found: string[] = []
  if (notAfter !== undefined && at > notAfter) found.push('certificate-expired')
  else if (notAfter !== undefined && notAfter - at < SOON) found.push('certificate-expires-soon')
  if (notBefore !== undefined && at < notBefore) found.push('certificate-not-yet-valid')
  const { algorithm, size } = publicKey
  const least = algorithm === 'RSA' || algorithm === 'DSA' || algorithm === 'RSA-PSS' ? WEAK_RSA : algorithm === 'ECDSA' ? WEAK_CURVE : 0
  if (size !== undefined && size < least) found.push('certificate-weak-key')
  // Nobody relies on a root's own signature.
  if (!selfSigned && /^MD[25]-|SHA1/.test(signatureAlgorithm)) found.push('certificate-weak-signature')
  if (malformedAt !== undefined) found.push('certificate-malformed')
  return found
}
