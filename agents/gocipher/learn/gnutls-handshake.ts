// Handshakes in memory with a given GnuTLS: `node gnutls-handshake.ts LIBGNUTLS`, a process of its own.
import koffi from 'koffi'
import { PRE_SHARED_KEY } from './layout.ts'
import { tellHandshakes } from './tell-handshakes.ts'

type Pointer = unknown

const KEY = Buffer.from(PRE_SHARED_KEY)
/** gnutls.h */
const [SERVER, CLIENT] = [1, 2]
const NONBLOCK = 8
const CREDENTIALS_PSK = 4
const EAGAIN = 11
const PRIORITIES = {
  'TLSv1.3': 'NORMAL:-VERS-ALL:+VERS-TLS1.3:+ECDHE-PSK:-CIPHER-ALL:+AES-128-GCM',
  'TLSv1.2': 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK:-CIPHER-ALL:+AES-128-GCM',
} as const
type Version = keyof typeof PRIORITIES

const gnutls = koffi.load(process.argv[2], { deep: true })
const libc = koffi.load('libc.so.6')
const Datum = koffi.struct('Datum', { data: 'void *', size: 'unsigned int' })
const datum = koffi.pointer(Datum)
const f = {
  init: gnutls.func('int gnutls_init(_Out_ void **session, unsigned int flags)'),
  priority: gnutls.func('int gnutls_priority_set_direct(void *session, const char *priorities, void *error)'),
  pointer: gnutls.func('void gnutls_transport_set_ptr(void *session, intptr_t end)'),
  push: gnutls.func('void gnutls_transport_set_push_function(void *session, void *push)'),
  pull: gnutls.func('void gnutls_transport_set_pull_function(void *session, void *pull)'),
  pullTimeout: gnutls.func('void gnutls_transport_set_pull_timeout_function(void *session, void *timeout)'),
  errno: gnutls.func('void gnutls_transport_set_errno(void *session, int error)'),
  credentials: gnutls.func('int gnutls_credentials_set(void *session, int type, void *credentials)'),
  clientCredentials: gnutls.func('int gnutls_psk_allocate_client_credentials(_Out_ void **credentials)'),
  serverCredentials: gnutls.func('int gnutls_psk_allocate_server_credentials(_Out_ void **credentials)'),
  setClient: gnutls.func('int gnutls_psk_set_client_credentials(void *credentials, const char *name, Datum *key, int format)'),
  setServer: gnutls.func('void gnutls_psk_set_server_credentials_function(void *credentials, void *call)'),
  keylog: gnutls.func('void gnutls_session_set_keylog_function(void *session, void *call)'),
  randoms: gnutls.func('void gnutls_session_get_random(void *session, _Out_ Datum *client, _Out_ Datum *server)'),
  handshake: gnutls.func('int gnutls_handshake(void *session)'),
  send: gnutls.func('intptr_t gnutls_record_send(void *session, uint8_t *bytes, size_t size)'),
  receive: gnutls.func('intptr_t gnutls_record_recv(void *session, _Out_ uint8_t *bytes, size_t size)'),
  // The library frees it with free(3).
  allocate: libc.func('void *malloc(size_t size)'),
}
const callback = (result: string, types: string[], call: (...values: Pointer[]) => unknown): bigint =>
  koffi.register(call, koffi.pointer(koffi.proto(result, types)))
const bytesAt = (pointer: Pointer, size: number): Buffer => Buffer.from(new Uint8Array(koffi.view(pointer, size)))
const bytesOf = ({ data, size }: { data: Pointer; size: number }): Buffer => bytesAt(data, size)

/** What is on its way to each end, by the end's number; and the sessions, to say that nothing is there. */
const ways: Buffer[] = []
const ends: Pointer[] = []
const push = callback('intptr_t', ['intptr_t', 'void *', 'size_t'], (end, data, size) => {
  const to = Number(end) ^ 1
  ways[to] = Buffer.concat([ways[to], bytesAt(data, Number(size))])
  return size
})
const pull = callback('intptr_t', ['intptr_t', 'void *', 'size_t'], (end, data, most) => {
  const waiting = ways[Number(end)]
  if (waiting.length === 0) {
    f.errno(ends[Number(end)], EAGAIN)
    return -1
  }
  const taken = waiting.subarray(0, Number(most))
  new Uint8Array(koffi.view(data, taken.length)).set(taken)
  ways[Number(end)] = waiting.subarray(taken.length)
  return taken.length
})
const pullTimeout = callback('int', ['intptr_t', 'unsigned int'], (end) => ways[Number(end)].length)
const secretOf = callback('int', ['void *', 'const char *', 'void *'], (_, __, key) => {
  const data = f.allocate(KEY.length)
  new Uint8Array(koffi.view(data, KEY.length)).set(KEY)
  koffi.encode(key, Datum, { data, size: KEY.length })
  return 0
})
let secrets: Record<string, string> = {}
const keylog = callback('int', ['void *', 'const char *', 'void *'], (_, label, secret) => {
  secrets[String(label)] = bytesOf(koffi.decode(secret, Datum) as { data: Pointer; size: number }).toString('hex')
  return 0
})

function open(version: Version, role: number): Pointer {
  const end = ends.length
  const session: Pointer[] = [null]
  f.init(session, role | NONBLOCK)
  ends.push(session[0])
  ways.push(Buffer.alloc(0))
  f.priority(session[0], PRIORITIES[version], null)
  f.pointer(session[0], end)
  f.push(session[0], push)
  f.pull(session[0], pull)
  f.pullTimeout(session[0], pullTimeout)
  const credentials: Pointer[] = [null]
  if (role === CLIENT) {
    f.clientCredentials(credentials)
    const key = koffi.alloc(Datum, 1)
    koffi.encode(key, Datum, { data: KEY, size: KEY.length })
    f.setClient(credentials[0], 'spider', koffi.as(key, datum), 0)
    f.keylog(session[0], keylog)
  } else {
    f.serverCredentials(credentials)
    f.setServer(credentials[0], secretOf)
  }
  f.credentials(session[0], CREDENTIALS_PSK, credentials[0])
  return session[0]
}

function handshake(version: Version): object {
  secrets = {}
  const pair = [open(version, CLIENT), open(version, SERVER)]
  let results = [-1, -1]
  for (let round = 0; round < 20 && results.some((result) => result !== 0); round++)
    results = pair.map((session, index) => (results[index] === 0 ? 0 : f.handshake(session)))
  if (results.some((result) => result !== 0)) throw new Error(`a ${version} handshake with a pre-shared key fails (${results})`)
  const [client, server] = [
    { data: null, size: 0 },
    { data: null, size: 0 },
  ]
  f.randoms(pair[0], client, server)
  for (const [from, to] of [pair, pair.toReversed()]) {
    f.send(from, Buffer.from('x'), 1)
    f.receive(to, Buffer.alloc(1), 1)
  }
  return { version, clientRandom: bytesOf(client).toString('hex'), serverRandom: bytesOf(server).toString('hex'), secrets }
}

tellHandshakes(handshake)
