// Handshakes in memory with a given OpenSSL: `node openssl-handshake.ts LIBCRYPTO LIBSSL`, a process of its own.
import koffi from 'koffi'
import { PRE_SHARED_KEY } from './layout.ts'
import { tellHandshakes } from './tell-handshakes.ts'

const [, , cryptoPath, sslPath] = process.argv
// Node has an OpenSSL of its own, whose functions would be taken for the library's if these were not looked for first (RTLD_DEEPBIND).
koffi.load(cryptoPath, { deep: true })
const ssl = koffi.load(sslPath, { deep: true })
const crypto = koffi.load(cryptoPath, { deep: true })

const KEY = Buffer.from(PRE_SHARED_KEY)
const IDENTITY = Buffer.from('spider\0')
const CONTROL = { minimum: 123, maximum: 124 } // SSL_CTRL_SET_MIN_PROTO_VERSION, …MAX…
const VERSIONS = { 'TLSv1.3': 0x0304, 'TLSv1.2': 0x0303 } as const
type Pointer = unknown

const f = {
  contextNew: ssl.func('void *SSL_CTX_new(void *method)'),
  clientMethod: ssl.func('void *TLS_client_method()'),
  serverMethod: ssl.func('void *TLS_server_method()'),
  control: ssl.func('long SSL_CTX_ctrl(void *context, int command, long number, void *pointer)'),
  ciphers: ssl.func('int SSL_CTX_set_cipher_list(void *context, const char *list)'),
  keylog: ssl.func('void SSL_CTX_set_keylog_callback(void *context, void *callback)'),
  pskClient: ssl.func('void SSL_CTX_set_psk_client_callback(void *context, void *callback)'),
  pskServer: ssl.func('void SSL_CTX_set_psk_server_callback(void *context, void *callback)'),
  create: ssl.func('void *SSL_new(void *context)'),
  bios: ssl.func('void SSL_set_bio(void *ssl, void *from, void *to)'),
  connects: ssl.func('void SSL_set_connect_state(void *ssl)'),
  accepts: ssl.func('void SSL_set_accept_state(void *ssl)'),
  handshake: ssl.func('int SSL_do_handshake(void *ssl)'),
  serverRandom: ssl.func('size_t SSL_get_server_random(void *ssl, _Out_ uint8_t *bytes, size_t size)'),
  write: ssl.func('int SSL_write(void *ssl, uint8_t *bytes, int size)'),
  read: ssl.func('int SSL_read(void *ssl, _Out_ uint8_t *bytes, int size)'),
  memory: crypto.func('void *BIO_new(void *method)'),
  memoryMethod: crypto.func('void *BIO_s_mem()'),
  keep: crypto.func('int BIO_up_ref(void *bio)'),
}

const fill = (target: Pointer, bytes: Buffer): number => {
  new Uint8Array(koffi.view(target, bytes.length)).set(bytes)
  return bytes.length
}
const callback = (declaration: string, call: (...values: Pointer[]) => unknown): bigint =>
  koffi.register(call, koffi.pointer(koffi.proto(declaration)))

const pskClient = callback(
  'unsigned int PskClient(void *ssl, const char *hint, void *identity, unsigned int most, void *key, unsigned int mostKey)',
  (_, __, identity, ___, key) => {
    fill(identity, IDENTITY)
    return fill(key, KEY)
  },
)
const pskServer = callback('unsigned int PskServer(void *ssl, const char *identity, void *key, unsigned int most)', (_, __, key) =>
  fill(key, KEY),
)

interface Session {
  version: string
  clientRandom: string
  serverRandom: string
  secrets: Record<string, string>
}

let current: Session | undefined
const keylog = callback('void KeyLog(void *ssl, const char *line)', (_, line) => {
  const [label, random, secret] = String(line).split(' ')
  if (!current) return
  current.clientRandom = random
  current.secrets[label] = secret
})

function contextOf(method: Pointer, version: number): Pointer {
  const context = f.contextNew(method)
  f.control(context, CONTROL.minimum, version, null)
  f.control(context, CONTROL.maximum, version, null)
  f.ciphers(context, 'PSK-AES128-GCM-SHA256:PSK')
  f.keylog(context, keylog)
  return context
}

function handshake(version: keyof typeof VERSIONS): Session {
  current = { version, clientRandom: '', serverRandom: '', secrets: {} }
  const [clients, servers] = [f.clientMethod(), f.serverMethod()].map((method) => contextOf(method, VERSIONS[version]))
  f.pskClient(clients, pskClient)
  f.pskServer(servers, pskServer)
  const [client, server] = [f.create(clients), f.create(servers)]
  const [up, down] = [f.memory(f.memoryMethod()), f.memory(f.memoryMethod())]
  for (const bio of [up, down]) f.keep(bio)
  f.bios(client, down, up)
  f.bios(server, up, down)
  f.connects(client)
  f.accepts(server)
  let done = false
  for (let round = 0; round < 10 && !done; round++) done = [client, server].map((each) => f.handshake(each)).every((result) => result === 1)
  if (!done) throw new Error(`a ${version} handshake with a pre-shared key fails`)
  const random = Buffer.alloc(32)
  f.serverRandom(client, random, 32)
  current.serverRandom = random.toString('hex')
  f.write(client, Buffer.from('x'), 1)
  f.read(server, Buffer.alloc(1), 1)
  f.write(server, Buffer.from('x'), 1)
  f.read(client, Buffer.alloc(1), 1)
  return current
}

tellHandshakes(handshake)
