import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import type { Event } from '#events/define.ts'
import type { TlsSecrets } from '#events/tls-secrets.ts'
import { newIdentity } from '../agent/identity.ts'
import { cannotTakeSecrets, installed, noPostgres, otherNode } from './able.case.ts'
import { Gocipher } from './gocipher.ts'
import { parse } from './options.ts'
import { listens, pause, Targets, until } from './targets.case.ts'

const folder = mkdtempSync(join(tmpdir(), 'gocipher-'))
const reason = (await cannotTakeSecrets(folder)) ?? (installed('openssl') ? undefined : 'openssl is not installed')
if (reason !== undefined) process.stderr.write(`gocipher, live: left out: ${reason}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

/** What is not kept in the structure: it follows from the early secret, and from what went over the wire. */
const NOT_KEPT = /^(CLIENT_EARLY_TRAFFIC_SECRET|EARLY_EXPORTER_SECRET) /

/** A client that keeps no key log. */
const GO = `package main

import ("crypto/tls"; "io"; "os")

func main() {
  connection, err := tls.Dial("tcp", os.Args[1], &tls.Config{InsecureSkipVerify: true})
  if err != nil { panic(err) }
  connection.Write([]byte("GET / HTTP/1.0\\r\\n\\r\\n"))
  io.ReadAll(connection)
}
`
const randomOf = (line: string): string => line.split(' ')[1]

describe.skipIf(reason !== undefined)('secrets of running processes', () => {
  const events: Event[] = []
  let gocipher: Gocipher
  let targets: Targets

  const secrets = () => events.filter(({ type }) => type === 'tls.secrets.v1').flatMap(({ data }) => (data as TlsSecrets).secrets)
  /** What the targets say of their sessions themselves, but for what a library does not keep. */
  const kept = () => new Set([...targets.known()].filter((line) => !NOT_KEPT.test(line)))
  /** Its library is learned, and attached to: what shakes hands from now on is told. */
  const attached = (executable: string) =>
    until(() => gocipher.status().spider.tls?.processes.some((each) => each.executable === executable && each.state === 'ready') === true)
  /** What was told of the targets' sessions is what they say themselves, and no line was told twice. Others may speak TLS on this machine too. */
  const agree = async (sessions: number, resumed = 0) => {
    await until(() => new Set(secrets().map(({ keylog }) => keylog)).isSupersetOf(kept()))
    await pause(200)
    const known = [...kept()]
    const randoms = new Set(known.map(randomOf))
    expect(randoms.size).toBe(sessions)
    const told = secrets().filter(({ keylog }) => randoms.has(randomOf(keylog)))
    const [early, others] = [true, false].map((is) =>
      told.map(({ keylog }) => keylog).filter((line) => line.startsWith('EARLY_SECRET ') === is),
    )
    expect(others.toSorted()).toEqual(known.toSorted())
    expect(early.length).toBe(resumed)
    return told
  }

  beforeAll(async () => {
    const { options } = parse(['--cache', folder], {})
    gocipher = new Gocipher({ bus: { publish: async (event) => void events.push(event) }, options, identity: newIdentity('test', '0') })
    await gocipher.start()
    targets = new Targets(folder)
  })
  afterEach(async () => {
    await targets.stop()
    targets.clear()
    events.length = 0
  })
  afterAll(() => gocipher?.stop())

  it('are those that openssl writes itself, in every version', async () => {
    const port = await targets.server('-cipher', 'ALL:@SECLEVEL=0')
    const versions = ['-tls1', '-tls1_1', '-tls1_2', '-tls1_3']
    for (const version of versions) await targets.client(port, {}, version, '-cipher', 'ALL:@SECLEVEL=0')
    await agree(versions.length)
  })

  it('are those of every suite of TLS 1.3', async () => {
    const port = await targets.server(
      '-ciphersuites',
      'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256',
    )
    const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256']
    for (const suite of suites) await targets.client(port, {}, '-ciphersuites', suite)
    await agree(suites.length)
  })

  it('are those of resumed sessions, by ticket and by id, with early data, renewed keys and a client certificate', async () => {
    const port = await targets.server('-early_data', '-verify', '1')
    const file = (name: string) => join(folder, name)
    writeFileSync(file('early'), 'early')
    await targets.client(port, {}, '-tls1_2', '-sess_out', file('ticket'))
    await targets.client(port, {}, '-tls1_2', '-sess_in', file('ticket'))
    await targets.client(port, {}, '-tls1_2', '-no_ticket', '-sess_out', file('id'))
    await targets.client(port, {}, '-tls1_2', '-no_ticket', '-sess_in', file('id'))
    await targets.client(port, { renew: true }, '-sess_out', file('psk'))
    await targets.client(port, {}, '-sess_in', file('psk'), '-early_data', file('early'))
    await targets.client(port, {}, '-cert', targets.certificate, '-key', targets.key)
    await agree(7, 1)
  })

  it.skipIf(!installed('curl'))('are those that curl writes, and say where they are from', async () => {
    const port = await targets.server('-www')
    await targets.run('curl', ['-sk', `https://127.0.0.1:${port}/`])
    await targets.run('curl', ['-sk', '--tls-max', '1.2', `https://127.0.0.1:${port}/`])
    const [{ process: who, library, at = 0 }] = await agree(2)
    expect(['openssl', 'curl']).toContain(who?.name)
    // That of curl is known as long as curl runs.
    if (who?.name === 'openssl') expect(who.executable).toMatch(/\/openssl$/)
    expect(library).toMatch(/^libssl\.so\S* [0-9a-f]{40}$/)
    expect(Math.abs(Date.now() - at / 1000)).toBeLessThan(5000)
  })

  it.skipIf(!installed('python3'))('are those that Python writes', async () => {
    const port = await targets.server('-www')
    const script = `import ssl, urllib.request
urllib.request.urlopen('https://127.0.0.1:${port}/', context=ssl._create_unverified_context()).read()`
    const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
    await targets.run(python, ['-c', script])
    await agree(1)
  })

  it.each([process.execPath, otherNode()].filter((path) => path !== undefined))(
    'are those of an OpenSSL within %s, as server and client',
    async (executable) => {
      const port = await targets.node(executable)
      await attached(executable)
      const script = `require('https').get({ host: '127.0.0.1', port: ${port}, rejectUnauthorized: false }, (answer) => answer.resume())`
      await targets.run(executable, ['-e', script])
      await targets.run(executable, ['--tls-max-v1.2', '-e', script])
      await agree(2)
      expect(gocipher.status().spider.tls?.processes).toContainEqual(expect.objectContaining({ executable, state: 'ready' }))
    },
  )

  it.skipIf(!installed('nginx') || !installed('curl'))('are those of nginx, whose workers come and go', async () => {
    const port = await freePort()
    for (let time = 0; time < 2; time++) {
      const child = await targets.nginx(port)
      for (let call = 0; call < 5; call++) await targets.run('curl', ['-sk', `https://127.0.0.1:${port}/`])
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    await agree(10)
  })

  it('are those of a library that came only now, of a process that was attached before it shook hands', async () => {
    const copy = join(folder, 'node')
    copyFileSync(process.execPath, copy)
    const port = await targets.node(copy)
    await attached(copy)
    await targets.run(process.execPath, [
      '-e',
      `require('https').get({ host: '127.0.0.1', port: ${port}, rejectUnauthorized: false }, (answer) => answer.resume())`,
    ])
    await agree(1)
  })

  it.skipIf(!installed('unshare') || !installed('nsenter'))(
    'are those of a Node and a libssl in a file system of their own, as containers have',
    async () => {
      const place = join(folder, 'container')
      mkdirSync(place)
      const libraries = execFileSync('sh', ['-c', 'ldconfig -p | sed -n "s/.*=> //p" | grep -E "/lib(ssl|crypto)\\.so\\.[0-9.]+$"'], {
        encoding: 'utf8',
      })
      const port = await freePort()
      const script = `process.stdin.once('data', () => require('https').get({ host: '127.0.0.1', port: ${port}, rejectUnauthorized: false }, (answer) => answer.resume().on('end', () => setTimeout(process.exit, 1500))))`
      const inside = [
        `mount -t tmpfs none ${place}`,
        `cp ${process.execPath} ${libraries.trim().split('\n').join(' ')} ${place}`,
        `(LD_LIBRARY_PATH=${place} exec openssl s_server -accept 127.0.0.1:${port} -www -quiet -cert ${targets.certificate} -key ${targets.key} -keylogfile ${targets.keylog}) &`,
        `${place}/${basename(process.execPath)} -e "${script}"`,
        'kill %1',
      ]
      const child = targets.start('unshare', ['--mount', 'bash', '-c', inside.join('\n')], 'pipe')
      await listens(port)
      const isReady = (name: string) =>
        gocipher.status().spider.tls?.processes.some(({ executable, state }) => executable?.endsWith(name) && state === 'ready') === true
      await until(() => isReady(`${place}/${basename(process.execPath)}`) && isReady('/openssl'))
      child.stdin!.write('go\n')
      await once(child, 'close')
      await agree(1)
    },
  )

  it.skipIf(!installed('go'))(
    'are those of programs in Go, stripped ones too',
    async () => {
      writeFileSync(join(folder, 'main.go'), GO)
      const environment = { ...process.env, GOCACHE: join(folder, 'go-cache'), GO111MODULE: 'off' }
      for (const [name, flags] of [
        ['plain', ''],
        ['stripped', '-s -w'],
      ])
        await promisify(execFile)('go', ['build', '-ldflags', flags, '-o', join(folder, name), join(folder, 'main.go')], {
          env: environment,
        })
      const port = await targets.server('-www')
      const told = () => secrets().filter(({ process: who }) => who?.name === 'plain' || who?.name === 'stripped')
      const names = () => new Set(told().map(({ process: who }) => who?.name)).size
      // A program that is over sooner than it is looked at is read from its next run on.
      for (let time = 0; time < 10 && names() < 2; time++) {
        for (const name of ['plain', 'stripped']) await targets.run(join(folder, name), [`127.0.0.1:${port}`])
        await pause(1000)
      }
      expect(names()).toBe(2)
      for (const { keylog } of told()) expect(targets.known()).toContain(keylog)
    },
    300_000,
  )

  it.skipIf(!installed('gnutls-serv'))('are those that GnuTLS writes, as server and client', async () => {
    const port = await freePort()
    const pair = [`--x509keyfile=${targets.key}`, `--x509certfile=${targets.certificate}`]
    targets.start('gnutls-serv', ['--http', `--port=${port}`, '--quiet', ...pair])
    await listens(port)
    for (const version of ['1.2', '1.3']) {
      const protocol = `NORMAL:-VERS-ALL:+VERS-TLS${version}`
      const environment = { SSLKEYLOGFILE: targets.keylog }
      const child = targets.start('gnutls-cli', ['--insecure', '--priority', protocol, `--port=${port}`, '127.0.0.1'], 'pipe', environment)
      child.stdin?.write('GET / HTTP/1.0\r\n\r\n')
      await once(child, 'close')
    }
    const told = await agree(2)
    expect(told[0].library).toMatch(/^libgnutls/)
  })

  it.skipIf(noPostgres)('are had of PostgreSQL, over TLS', async () => {
    const port = await targets.postgres()
    await targets.run('psql', [`host=127.0.0.1 port=${port} user=postgres sslmode=require`, '-c', 'SELECT 1'])
    await pause(200)
    const told = secrets().filter(({ process: who }) => who?.name === 'postgres' || who?.name === 'psql')
    expect(told.map(({ keylog }) => keylog.split(' ')[0])).toEqual(
      expect.arrayContaining(['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0']),
    )
    expect(new Set(told.map(({ keylog }) => randomOf(keylog))).size).toBe(1)
  })

  it('say that nothing was missed', () => {
    expect(gocipher.status().spider.tls).toMatchObject({ lost: 0, unread: 0 })
  })
})
