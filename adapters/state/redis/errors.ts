import { StateUnavailable } from '../port.ts'

/** This Redis cannot be used before somebody changes something; the message is one line for people: what is wrong and how to put it right. */
export class UnusableRedis extends StateUnavailable {
  override name = 'UnusableRedis'
}

/** What passes by itself, so that a call is sent again until its time is over: a connection that broke, a server that starts, a failover. */
export const passes = ({ message }: Error): boolean =>
  /^(LOADING|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|READONLY|NOREPLICAS|UNBLOCKED)|connection is closed|stream isn't writeable|max retries per request|socket timeout|none of startup nodes|failed to refresh slots|too many cluster redirections|all sentinels are unreachable|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|aborted/i.test(
    message,
  )

const UNUSABLE: readonly [RegExp, (where: string) => string][] = [
  [/^(WRONGPASS|ERR invalid password)/, (where) => `${where} refuses the user name or password: set those of a user it knows`],
  [/^NOAUTH/, (where) => `${where} wants a password: set one`],
  [
    /^NOPERM/,
    (where) =>
      `${where} does not give this user the right to what is needed: allow it EVAL, EVALSHA, INFO, PING, and reading and writing keys under the prefix`,
  ],
  [/^WRONGTYPE/, (where) => `${where} holds keys of another kind under the names needed here: set another prefix, or remove them`],
  [
    /^(Protocol error|Unknown RESP type|ERR_SSL_WRONG_VERSION|.*wrong version number|.*packet length too long)/,
    (where) => `what answers at ${where} does not speak Redis's protocol: check host and port, and whether it wants TLS (rediss://)`,
  ],
  [
    /certificate|altnames/i,
    (where) => `the certificate of ${where} is not trusted: give the authority that signed it, and the name that it holds`,
  ],
  [/^(MOVED|ASK) /, (where) => `${where} is a Redis Cluster: use redis+cluster:// in its address`],
  [/^ERR DB index is out of range|^ERR SELECT is not allowed/, (where) => `${where} has no database of that number: choose another`],
]

/** The error that the port promises, in one sentence, and without the secret that a server's words may repeat. */
export function explain(error: Error, where: string, secret: string | undefined): StateUnavailable {
  if (error instanceof StateUnavailable) return error
  const said = error.message.split('\n', 1)[0]
  const unusable = UNUSABLE.find(([form]) => form.test(said))
  if (unusable) return new UnusableRedis(unusable[1](where))
  const words = secret ? said.replaceAll(secret, '…') : said
  if (/^OOM/.test(words)) return new StateUnavailable(`${where} is full (maxmemory): give it more, nothing is taken until then`)
  if (/^MISCONF/.test(words)) return new StateUnavailable(`${where} cannot write to its disk, so it takes nothing: look at its log`)
  return new StateUnavailable(`${where} cannot take it now: ${words}`)
}
