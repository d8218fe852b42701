/** An alert's name in the specifications, and what it means for the one who reads it. */
export interface Alert {
  name: string
  meaning: string
}

/** Of every number in IANA's registry "TLS Alerts" (RFC 8446 section 6, and those of earlier versions). */
const ALERTS: Readonly<Record<number, readonly [string, string]>> = {
  0: ['close_notify', 'the sender has said all it wanted to say'],
  10: ['unexpected_message', 'a message came that had no place there'],
  20: ['bad_record_mac', 'a record could not be authenticated: its bytes were changed, or the keys differ'],
  21: ['decryption_failed', 'a record could not be decrypted'],
  22: ['record_overflow', 'a record was longer than allowed'],
  30: ['decompression_failure', 'what was compressed could not be decompressed'],
  40: ['handshake_failure', 'the two could not agree: no suite, group or signature algorithm that both of them take'],
  41: ['no_certificate', 'the sender has no certificate to show'],
  42: ['bad_certificate', 'the certificate is broken, or its signature is wrong'],
  43: ['unsupported_certificate', 'the certificate is of a kind that the sender cannot use'],
  44: ['certificate_revoked', 'the certificate was revoked by the one who signed it'],
  45: ['certificate_expired', 'the certificate has expired, or is not valid yet'],
  46: ['certificate_unknown', 'the certificate was refused for another reason'],
  47: ['illegal_parameter', 'a field of the handshake has a value that is not allowed'],
  48: ['unknown_ca', 'the certificate is signed by nobody whom the sender trusts'],
  49: ['access_denied', 'the certificate is valid, but its holder is not let in'],
  50: ['decode_error', 'a message could not be read'],
  51: ['decrypt_error', 'a signature, a Finished message or a binder did not fit'],
  60: ['export_restriction', 'the export rules of former days forbid it'],
  70: ['protocol_version', 'the version that was offered is not taken'],
  71: ['insufficient_security', 'what was offered is too weak for the server'],
  80: ['internal_error', 'the sender failed, through no fault of the other side'],
  86: ['inappropriate_fallback', 'the client offered less than it can, without need'],
  90: ['user_canceled', 'the sender gave up, not because of an error'],
  100: ['no_renegotiation', 'the sender will not begin a handshake anew'],
  109: ['missing_extension', 'an extension is missing that has to be there'],
  110: ['unsupported_extension', 'an extension came that was not asked for'],
  111: ['certificate_unobtainable', 'the certificate could not be fetched from where it should be'],
  112: ['unrecognized_name', 'the server does not serve the name that the client asked for'],
  113: ['bad_certificate_status_response', 'the stapled OCSP response is not valid'],
  114: ['bad_certificate_hash_value', 'the certificate that was fetched is not the one that was meant'],
  115: ['unknown_psk_identity', 'the server does not know the pre-shared key'],
  116: ['certificate_required', 'the server wants a certificate, and the client sent none'],
  117: ['general_error', 'something failed that has no alert of its own'],
  120: ['no_application_protocol', 'the server speaks none of the protocols that the client offered by ALPN'],
  121: ['ech_required', 'the server could not open the encrypted ClientHello, and the client will not go on without'],
}

/** What an alert's number says. */
export const alertOf = (description: number): Alert => {
  const [name, meaning] = ALERTS[description] ?? [`alert_${description}`, 'an alert that is not in the registry']
  return { name, meaning }
}
