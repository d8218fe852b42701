import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ciphers } from '#adapters/crypto/ciphers.ts'
import { freePort } from '#adapters/free-port.case.ts'
import { type Recorded, startProxy } from '../protocols/proxy.case.ts'
import { earlyTrafficSecret } from './keys13.ts'
import { certificates } from './peers.case.ts'
import { inShort, keyLogOf, type Played, playTls } from './play.case.ts'

const REQUEST = 'GET / HTTP/1.0\r\n\r\n'
const ANY = 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'
const PSK = ['-psk', '1a2b3c4d']
/** A server takes one client after the other, and waits for the end of each. */
const SERVERS = 6
const hasGnuTls = spawnSync('gnutls-serv', ['--version']).status === 0
if (!hasGnuTls) console.log('skipped: TLS of GnuTLS (on Debian: apt-get install gnutls-bin)')

let folder = ''
const started: ChildProcess[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'))
  writeFileSync(join(folder, 'rsa.pem'), certificates!.rsa.key)
  writeFileSync(join(folder, 'ecdsa.pem'), certificates!.ecdsa.key)
})
afterAll(() => {
  for (const child of started) child.kill()
  rmSync(folder, { recursive: true })
})

const run = (program: string, args: string[], input: string, environment: NodeJS.ProcessEnv = {}): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...process.env, ...environment } })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const late = setTimeout(() => child.kill(), 10_000)
    child.once('close', () => {
      clearTimeout(late)
      resolve(said)
    })
  })

const serve = async (program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<ChildProcess> => {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  started.push(child)
  await Promise.race([
    ...[child.stdout!, child.stderr!].map((stream) => new Promise((resolve) => stream.once('data', resolve))),
    sleep(2000),
  ])
  return child
}

/** Resolves when a program says this on its standard output. */
const saysOnce = ({ stdout }: ChildProcess, words: string): Promise<void> =>
  new Promise((resolve) => {
    let said = ''
    const hear = (bytes: Buffer): void => {
      said += bytes
      if (!said.includes(words)) return
      stdout!.off('data', hear)
      resolve()
    }
    stdout!.on('data', hear)
  })

/** Each suite by OpenSSL's name and IANA's. */
const suitesOf = (version: string): [string, string][] =>
  execFileSync('openssl', ['ciphers', '-stdname', '-s', version, '-psk', ANY], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [standard, , name] = line.split(/\s+/)
      return name === undefined ? [] : [[name, standard]]
    })

/** A server and what its clients say to it: `use` is given the port, and the file for the server's key log is read when it is done. */
const recorded = async (
  server: (port: number, keys: string) => Promise<unknown>,
  use: (port: number) => Promise<unknown>,
): Promise<{ connections: Recorded[][]; log: ReturnType<typeof keyLogOf> }> => {
  const port = await freePort()
  const keys = join(folder, `keys-${port}`)
  await server(port, keys)
  const proxy = await startProxy({ port })
  await use(proxy.port)
  await proxy.close()
  // Who looks for a port of its own, and meets this one, says nothing.
  const connections = proxy.connections.filter((said) => said.length > 0)
  return { connections, log: keyLogOf(existsSync(keys) ? readFileSync(keys, 'latin1') : '') }
}

const openssl =
  (...more: string[]) =>
  (port: number, keys: string) =>
    serve('openssl', [
      ...['s_server', '-accept', `127.0.0.1:${port}`, '-keylogfile', keys, '-cert', join(folder, 'rsa.pem')],
      ...['-dcert', join(folder, 'ecdsa.pem'), '-dkey', join(folder, 'ecdsa.pem'), '-cipher', ANY, ...more],
    ])
const client = (port: number, args: readonly string[], input = REQUEST) =>
  run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-ign_eof', ...args], input)

const suiteIn = ({ handshakes }: Played): unknown => (handshakes[0]?.fields.tls as { cipher?: string } | undefined)?.cipher
const isRead = ({ handshakes, exchanges }: Played): boolean =>
  exchanges.length === 1 && exchanges[0].status === 'complete' && /^complete success: .*\(decrypted\)/.test(inShort(handshakes[0]))

describe.skipIf(certificates === undefined)('s_client and s_server of OpenSSL', () => {
  it.each([
    [
      '-tls1_3',
      [
        '-ciphersuites',
        'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256',
      ],
    ],
    ['-tls1_2', []],
    ['-tls1', []],
  ])(
    'every suite that the library offers with %s',
    async (version, more) => {
      const all = version === '-tls1_3' ? more[1].split(':').map((name): [string, string] => [name, name]) : suitesOf(version)
      // Certificates with DSA keys, and passwords, are left out.
      const suites = all.filter(([name]) => !/DSS|SRP/.test(name))
      expect(suites.length).toBeGreaterThan(4)
      const share = (server: number) =>
        recorded(openssl('-www', ...PSK, version, ...more), async (port) => {
          for (const [name] of suites.filter((_, index) => index % SERVERS === server)) {
            const chosen = version === '-tls1_3' ? ['-ciphersuites', name] : ['-cipher', `${name}:@SECLEVEL=0`]
            await client(port, [version, ...PSK, ...chosen])
          }
        })
      const shares = await Promise.all(Array.from({ length: SERVERS }, (_, server) => share(server)))
      const played = shares.flatMap(({ connections, log }) => connections.map((said) => playTls(said, { known: log })))
      const read = played.filter(isRead).map(suiteIn)
      const others = played.filter((each) => !isRead(each)).map(({ handshakes }) => handshakes.map(inShort))
      expect(others).toEqual([])
      expect(read.toSorted()).toEqual(suites.map(([, standard]) => standard).toSorted())
    },
    60_000,
  )

  it('early data: taken, and refused when the ticket comes again', async () => {
    const [ticket, early] = [join(folder, 'ticket'), join(folder, 'early')]
    writeFileSync(early, 'GET /early HTTP/1.1\r\nHost: a\r\n\r\n')
    const { connections, log } = await recorded(openssl('-early_data', '-tls1_3'), async (port) => {
      const server = started.at(-1)!
      for (const args of [['-sess_out', ticket], ...Array(2).fill(['-sess_in', ticket, '-early_data', early])]) {
        const connected = saysOnce(server, 'CIPHER is')
        const done = client(port, args, '')
        await connected
        server.stdin!.write('q\n')
        await done
      }
    })
    const played = connections.map((said) => playTls(said, { known: log }))
    expect(played.map(({ handshakes }) => (handshakes[0].fields.spider as { tls: { early_data?: string } }).tls.early_data)).toEqual([
      undefined,
      'accepted',
      'rejected',
    ])
    expect(played.map(({ exchanges }) => exchanges.map(({ request }) => request?.target))).toEqual([[], ['/early'], []])
    expect(played.map(({ handshakes }) => (handshakes[0].fields.tls as { resumed: boolean }).resumed)).toEqual([false, true, false])
    const late = connections.map((said) => playTls(said, { late: [{ before: -1, log }] }))
    expect(late.map(({ handshakes, exchanges }) => [handshakes.map(inShort), exchanges.length])).toEqual(
      played.map(({ handshakes, exchanges }) => [handshakes.map(inShort), exchanges.length]),
    )
    // Who has no secret of early data may have what it follows from.
    const [, psk] = /Resumption PSK: (\w+)/.exec(
      execFileSync('openssl', ['sess_id', '-in', ticket, '-noout', '-text'], { encoding: 'utf8' }),
    )!
    const hash = psk.length === 96 ? 'sha384' : 'sha256'
    const secret = createHmac(hash, Buffer.alloc(psk.length / 2))
      .update(Buffer.from(psk, 'hex'))
      .digest('hex')
    const { client_random: random } = (played[1].handshakes[0].fields.spider as { tls: { client_random: string } }).tls
    const { CLIENT_EARLY_TRAFFIC_SECRET: traffic, ...others } = log[random]
    const before = { [random]: { ...others, EARLY_SECRET: secret } }
    for (const options of [{ known: before }, { late: [{ before: -1, log: before }] }, { known: before, restart: () => true }]) {
      const { handshakes, exchanges } = playTls(connections[1], options)
      expect(exchanges.map(({ request }) => request?.target)).toEqual(['/early'])
      const { client_hello_hash: helloHash } = (handshakes[0].fields.spider as { tls: { client_hello_hash: string } }).tls
      expect(
        Buffer.from(earlyTrafficSecret(ciphers, hash, Buffer.from(secret, 'hex'), Buffer.from(helloHash, 'hex'))).toString('hex'),
      ).toBe(traffic)
    }
    expect(playTls(connections[1], { known: { [random]: others } }).exchanges).toEqual([])
  })

  it('keys that are updated, by either side', async () => {
    const { connections, log } = await recorded(openssl('-tls1_3'), async (port) => {
      const server = started.at(-1)!
      const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`])
      started.push(child)
      await sleep(400)
      for (const [to, text] of [
        [child, 'POST /1 HTTP/1.1\n'],
        [child, 'K\n'],
        [server, 'K\n'],
        [child, 'Content-Length: 4\n\n'],
        [server, 'HTTP/1.1 200 OK\n'],
        [server, 'K\n'],
        [server, 'Content-Length: 4\n\nabc\n'],
        [child, 'k\n'],
        [child, 'abc\n'],
      ] as const) {
        to.stdin!.write(text)
        await sleep(100)
      }
      server.stdin!.write('q\n')
      await sleep(100)
      child.kill()
    })
    const { handshakes, exchanges } = playTls(connections[0], { known: log })
    // An answer to a request for an update comes with the next data, so its number hangs on the time.
    expect((handshakes[0].fields.spider as { tls: { key_updates: number } }).tls.key_updates).toBeGreaterThanOrEqual(4)
    expect(exchanges.map(({ status, request, response }) => [status, request?.target, response?.body.bytes])).toEqual([
      ['complete', '/1', 4],
    ])
    const restarted = playTls(connections[0], { known: log, segments: [50], restart: () => true })
    expect(restarted.exchanges.map(({ status }) => status)).toEqual(['complete'])
  })
})

describe.skipIf(certificates === undefined || !hasGnuTls)('GnuTLS', () => {
  const OLD = 'NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+3DES-CBC:+ARCFOUR-128:+SHA1:+SHA256:+MD5:+RSA'
  it.each([
    ['TLS_RSA_WITH_RC4_128_SHA', '+VERS-TLS1.2:+ARCFOUR-128:+SHA1'],
    ['TLS_RSA_WITH_RC4_128_MD5', '+VERS-TLS1.0:+ARCFOUR-128:+MD5'],
    ['TLS_RSA_WITH_3DES_EDE_CBC_SHA', '+VERS-TLS1.1:+3DES-CBC:+SHA1'],
    ['TLS_RSA_WITH_3DES_EDE_CBC_SHA', '+VERS-TLS1.0:+3DES-CBC:+SHA1:%NO_ETM'],
    ['TLS_RSA_WITH_AES_128_CBC_SHA256', '+VERS-TLS1.2:+AES-128-CBC:+SHA256:%NO_ETM'],
  ])('%s', async (suite, priority) => {
    const { connections, log } = await recorded(
      (port, keys) =>
        serve(
          'gnutls-serv',
          [
            '--http',
            '-p',
            String(port),
            '--x509keyfile',
            join(folder, 'rsa.pem'),
            '--x509certfile',
            join(folder, 'rsa.pem'),
            '--priority',
            OLD,
          ],
          { SSLKEYLOGFILE: keys },
        ).then(() => sleep(200)),
      (port) => {
        const args = ['--insecure', '-p', String(port), '127.0.0.1', '--priority', `NONE:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+RSA:${priority}`]
        return run('gnutls-cli', args, REQUEST)
      },
    )
    const played = playTls(connections[0], { known: log })
    expect(suiteIn(played)).toBe(suite)
    expect(inShort(played.handshakes[0])).toMatch(/^complete success: .*\(decrypted\)/)
    expect(played.exchanges.map(({ status, response }) => [status, response?.status])).toEqual([['complete', 200]])
    const cut = playTls(connections[0], { known: log, segments: [100], restart: () => true })
    expect(cut.exchanges.map(({ status }) => status)).toEqual(['complete'])
  })
})
