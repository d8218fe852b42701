/** Names of numbers, as IANA's registries of TLS parameters have them. A number without a name is shown in hex. */
type Names = Readonly<Record<number, string>>

const VERSIONS: Names = { 2: 'SSL 2.0', 768: 'SSL 3.0', 769: 'TLS 1.0', 770: 'TLS 1.1', 771: 'TLS 1.2', 772: 'TLS 1.3' }

const GROUPS: Names = {
  ...{ 1: 'sect163k1', 2: 'sect163r1', 3: 'sect163r2', 4: 'sect193r1', 5: 'sect193r2', 6: 'sect233k1', 7: 'sect233r1', 8: 'sect239k1' },
  ...{ 9: 'sect283k1', 10: 'sect283r1', 11: 'sect409k1', 12: 'sect409r1', 13: 'sect571k1', 14: 'sect571r1', 15: 'secp160k1' },
  ...{ 16: 'secp160r1', 17: 'secp160r2', 18: 'secp192k1', 19: 'secp192r1', 20: 'secp224k1', 21: 'secp224r1', 22: 'secp256k1' },
  ...{ 23: 'secp256r1', 24: 'secp384r1', 25: 'secp521r1', 26: 'brainpoolP256r1', 27: 'brainpoolP384r1', 28: 'brainpoolP512r1' },
  ...{ 29: 'x25519', 30: 'x448', 31: 'brainpoolP256r1tls13', 32: 'brainpoolP384r1tls13', 33: 'brainpoolP512r1tls13' },
  ...{ 34: 'GC256A', 35: 'GC256B', 36: 'GC256C', 37: 'GC256D', 38: 'GC512A', 39: 'GC512B', 40: 'GC512C', 41: 'curveSM2' },
  ...{ 256: 'ffdhe2048', 257: 'ffdhe3072', 258: 'ffdhe4096', 259: 'ffdhe6144', 260: 'ffdhe8192' },
  ...{ 512: 'MLKEM512', 513: 'MLKEM768', 514: 'MLKEM1024' },
  ...{ 4587: 'SecP256r1MLKEM768', 4588: 'X25519MLKEM768', 4589: 'SecP384r1MLKEM1024' },
  ...{ 25497: 'X25519Kyber768Draft00', 25498: 'SecP256r1Kyber768Draft00' },
  ...{ 65281: 'arbitrary_explicit_prime_curves', 65282: 'arbitrary_explicit_char2_curves' },
}

/** With the pairs of hash and signature of TLS 1.2 (RFC 5246 section 7.4.1.4.1) that TLS 1.3 no longer names. */
const SIGNATURES: Names = {
  ...{ 257: 'rsa_md5', 513: 'rsa_pkcs1_sha1', 514: 'dsa_sha1', 515: 'ecdsa_sha1' },
  ...{ 769: 'rsa_sha224', 770: 'dsa_sha224', 771: 'ecdsa_sha224' },
  ...{ 1025: 'rsa_pkcs1_sha256', 1026: 'dsa_sha256', 1027: 'ecdsa_secp256r1_sha256' },
  ...{ 1281: 'rsa_pkcs1_sha384', 1282: 'dsa_sha384', 1283: 'ecdsa_secp384r1_sha384' },
  ...{ 1537: 'rsa_pkcs1_sha512', 1538: 'dsa_sha512', 1539: 'ecdsa_secp521r1_sha512', 1800: 'sm2sig_sm3' },
  ...{ 2052: 'rsa_pss_rsae_sha256', 2053: 'rsa_pss_rsae_sha384', 2054: 'rsa_pss_rsae_sha512', 2055: 'ed25519', 2056: 'ed448' },
  ...{ 2057: 'rsa_pss_pss_sha256', 2058: 'rsa_pss_pss_sha384', 2059: 'rsa_pss_pss_sha512' },
  ...{ 2074: 'ecdsa_brainpoolP256r1tls13_sha256', 2075: 'ecdsa_brainpoolP384r1tls13_sha384' },
  ...{ 2076: 'ecdsa_brainpoolP512r1tls13_sha512', 2308: 'mldsa44', 2309: 'mldsa65', 2310: 'mldsa87' },
}

const EXTENSIONS: Names = {
  ...{ 0: 'server_name', 1: 'max_fragment_length', 2: 'client_certificate_url', 3: 'trusted_ca_keys', 4: 'truncated_hmac' },
  ...{ 5: 'status_request', 6: 'user_mapping', 7: 'client_authz', 8: 'server_authz', 9: 'cert_type', 10: 'supported_groups' },
  ...{ 11: 'ec_point_formats', 12: 'srp', 13: 'signature_algorithms', 14: 'use_srtp', 15: 'heartbeat' },
  ...{ 16: 'application_layer_protocol_negotiation', 17: 'status_request_v2', 18: 'signed_certificate_timestamp' },
  ...{ 19: 'client_certificate_type', 20: 'server_certificate_type', 21: 'padding', 22: 'encrypt_then_mac' },
  ...{ 23: 'extended_master_secret', 24: 'token_binding', 25: 'cached_info', 27: 'compress_certificate', 28: 'record_size_limit' },
  ...{ 34: 'delegated_credential', 35: 'session_ticket', 41: 'pre_shared_key', 42: 'early_data', 43: 'supported_versions', 44: 'cookie' },
  ...{ 45: 'psk_key_exchange_modes', 47: 'certificate_authorities', 48: 'oid_filters', 49: 'post_handshake_auth' },
  ...{ 50: 'signature_algorithms_cert', 51: 'key_share', 52: 'transparency_info', 54: 'connection_id', 55: 'external_id_hash' },
  ...{ 56: 'external_session_id', 57: 'quic_transport_parameters', 58: 'ticket_request', 59: 'dnssec_chain' },
  ...{ 13172: 'next_protocol_negotiation', 17513: 'application_settings', 17613: 'application_settings', 30032: 'channel_id' },
  ...{ 65037: 'encrypted_client_hello', 65281: 'renegotiation_info' },
}

const inHex = (number: number): string => `0x${number.toString(16).padStart(4, '0')}`

export const versionName = (version: number): string => VERSIONS[version] ?? inHex(version)
export const groupName = (group: number): string => GROUPS[group] ?? inHex(group)
export const signatureName = (scheme: number): string => SIGNATURES[scheme] ?? inHex(scheme)
export const extensionName = (type: number): string => (isGrease(type) ? 'GREASE' : (EXTENSIONS[type] ?? inHex(type)))

/** A value that means nothing: clients send some so that servers learn to read over what they do not know (RFC 8701). */
export const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 0xff)
