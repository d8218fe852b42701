/** Names of numbers, as the IANA registry "Domain Name System Parameters" has them. A number without a name is shown as RFC 3597 section 5 does. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 10: 'NULL', 12: 'PTR', 13: 'HINFO', 15: 'MX', 16: 'TXT', 17: 'RP', 18: 'AFSDB', 24: 'SIG' },
  ...{
    25: 'KEY',
    28: 'AAAA',
    29: 'LOC',
    33: 'SRV',
    35: 'NAPTR',
    37: 'CERT',
    39: 'DNAME',
    41: 'OPT',
    43: 'DS',
    44: 'SSHFP',
    45: 'IPSECKEY',
  },
  ...{ 46: 'RRSIG', 47: 'NSEC', 48: 'DNSKEY', 50: 'NSEC3', 51: 'NSEC3PARAM', 52: 'TLSA', 53: 'SMIMEA', 55: 'HIP', 59: 'CDS' },
  ...{ 60: 'CDNSKEY', 61: 'OPENPGPKEY', 62: 'CSYNC', 63: 'ZONEMD', 64: 'SVCB', 65: 'HTTPS', 99: 'SPF', 249: 'TKEY', 250: 'TSIG' },
  ...{ 251: 'IXFR', 252: 'AXFR', 255: 'ANY', 256: 'URI', 257: 'CAA' },
}
const CLASSES: Readonly<Record<number, string>> = { 1: 'IN', 3: 'CH', 4: 'HS', 254: 'NONE', 255: 'ANY' }
const OPERATIONS: Readonly<Record<number, string>> = { 0: 'QUERY', 1: 'IQUERY', 2: 'STATUS', 4: 'NOTIFY', 5: 'UPDATE', 6: 'DSO' }
const RESPONSES: Readonly<Record<number, string>> = {
  ...{ 0: 'NOERROR', 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 4: 'NOTIMP', 5: 'REFUSED', 6: 'YXDOMAIN', 7: 'YXRRSET', 8: 'NXRRSET' },
  ...{ 9: 'NOTAUTH', 10: 'NOTZONE', 11: 'DSOTYPENI', 16: 'BADVERS', 17: 'BADKEY', 18: 'BADTIME', 19: 'BADMODE', 20: 'BADNAME' },
  ...{ 21: 'BADALG', 22: 'BADTRUNC', 23: 'BADCOOKIE' },
}

export const A = 1
export const NS = 2
export const CNAME = 5
export const SOA = 6
export const PTR = 12
export const MX = 15
export const TXT = 16
export const AAAA = 28
export const SRV = 33
export const DNAME = 39
export const OPT = 41
export const DS = 43
export const DNSKEY = 48
export const SVCB = 64
export const HTTPS = 65
export const SPF = 99
export const IXFR = 251
export const AXFR = 252
export const URI = 256
export const CAA = 257

export const QUERY = 0
export const UPDATE = 5

export const typeName = (type: number): string => TYPES[type] ?? `TYPE${type}`
export const className = (kind: number): string => CLASSES[kind] ?? `CLASS${kind}`
export const operationName = (operation: number): string => OPERATIONS[operation] ?? `OPCODE${operation}`
export const responseName = (code: number): string => RESPONSES[code] ?? `RCODE${code}`

export const isKnownClass = (kind: number): boolean => kind in CLASSES
export const isKnownOperation = (operation: number): boolean => operation in OPERATIONS
export const isKnownResponse = (code: number): boolean => code in RESPONSES
