import type { Certificate } from './certificate/certificate.ts'

const ADDRESS = /^\d+\.\d+\.\d+\.\d+$|:/

/** Whether a certificate is for a host: RFC 9525 section 6, with the common name for certificates that have no other (RFC 6125 section 6.4.4). */
export const isNamed = ({ alternativeNames, subject }: Certificate, host: string): boolean => {
  const wanted = host.toLowerCase().replace(/\.$/, '')
  const { dns, ip } = alternativeNames
  if (ADDRESS.test(wanted)) return ip.includes(wanted)
  return (dns.length > 0 || ip.length > 0 ? dns : subject.commonName).some((name) => matches(name.toLowerCase(), wanted))
}

/** A wildcard stands for one whole label, the first. */
const matches = (name: string, wanted: string): boolean => {
  if (!name.startsWith('*.')) return name === wanted
  const dot = wanted.indexOf('.')
  return dot > 0 && wanted.slice(dot) === name.slice(1)
}
