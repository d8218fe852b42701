/**
 * What opens one TLS session: its secrets by their label in a key log (`CLIENT_RANDOM`, `CLIENT_TRAFFIC_SECRET_0` …,
 * draft-ietf-tls-keylogfile section 2), each in lower-case hex.
 */
export type Secrets = Readonly<Record<string, string>>

/**
 * The secrets of the session with this client random (64 lower-case hex digits), as far as they are known now; or the premaster secret
 * (`RSA`) whose encrypted form begins with these eight bytes (16 digits).
 */
export type FindSecrets = (clientRandom: string) => Secrets | undefined
