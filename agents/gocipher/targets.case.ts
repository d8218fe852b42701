import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { freePort } from '#adapters/free-port.case.ts'
import { POSTGRES } from './able.case.ts'

/** Programs that speak TLS, in a folder with a certificate and the key logs they write themselves. */
export class Targets {
  readonly folder: string
  #children: ChildProcess[] = []

  constructor(folder: string) {
    this.folder = folder
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ]
    execFileSync('openssl', [...request, '-keyout', this.key, '-out', this.certificate], { stdio: 'ignore' })
  }

  get key(): string {
    return join(this.folder, 'key.pem')
  }

  get certificate(): string {
    return join(this.folder, 'certificate.pem')
  }

  /** The file that targets write their own secrets into. */
  get keylog(): string {
    return join(this.folder, 'keys.log')
  }

  /** What targets wrote themselves: the truth. */
  known(): Set<string> {
    const text = existsSync(this.keylog) ? readFileSync(this.keylog, 'utf8') : ''
    return new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
  }

  /** `openssl s_server`, which answers requests of HTTP with a page. Answers its port. */
  async server(...args: string[]): Promise<number> {
    const port = await freePort()
    const pair = ['-cert', this.certificate, '-key', this.key, '-keylogfile', this.keylog]
    this.start('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...pair, '-quiet', ...args])
    await listens(port)
    return port
  }

  /** An HTTPS server in this Node.js, which writes a key log itself. */
  async node(executable: string): Promise<number> {
    const port = await freePort()
    const script = `const { appendFileSync, readFileSync } = require('fs')
      require('https').createServer({ key: readFileSync('${this.key}'), cert: readFileSync('${this.certificate}') }, (_, answer) => answer.end('hello'))
        .on('keylog', (line) => appendFileSync('${this.keylog}', line)).listen(${port}, '127.0.0.1')`
    this.start(executable, ['-e', script])
    await listens(port)
    return port
  }

  /** nginx, which answers "hello" from two workers. */
  async nginx(port: number): Promise<ChildProcess> {
    const configuration = join(this.folder, 'nginx.conf')
    writeFileSync(
      configuration,
      `user root; daemon off; pid ${this.folder}/nginx.pid; error_log /dev/null; worker_processes 2; events {}
      http { access_log off; server { listen 127.0.0.1:${port} ssl; ssl_certificate ${this.certificate}; ssl_certificate_key ${this.key}; return 200 "hello"; } }`,
    )
    const child = this.start('nginx', ['-c', configuration])
    await listens(port)
    return child
  }

  /** PostgreSQL with a database of its own and TLS, which trusts everybody. Answers its port. */
  async postgres(): Promise<number> {
    const data = join(this.folder, 'postgres')
    const user = ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--']
    const [key, certificate] = [join(this.folder, 'server.key'), join(this.folder, 'server.crt')]
    chmodSync(this.folder, 0o755)
    execFileSync('install', ['-d', '-o', 'postgres', '-m', '700', data])
    execFileSync('install', ['-o', 'postgres', '-m', '600', this.key, key])
    execFileSync('install', ['-o', 'postgres', '-m', '600', this.certificate, certificate])
    execFileSync('setpriv', [...user, `${POSTGRES}/initdb`, '-D', data, '-A', 'trust', '-U', 'postgres'], { stdio: 'ignore', cwd: '/' })
    const port = await freePort()
    const settings = { port, ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, unix_socket_directories: '' }
    const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    this.start('setpriv', [...user, `${POSTGRES}/postgres`, '-D', data, ...set])
    await listens(port)
    return port
  }

  /** One connection of `openssl s_client`, which says something and, when told to, renews its keys. */
  async client(port: number, { renew = false }, ...args: string[]): Promise<void> {
    const child = this.start('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], 'pipe')
    const closed = once(child, 'close')
    child.stdin?.on('error', () => {}) // it went first
    await pause(150)
    child.stdin?.write('hello\n')
    if (renew) child.stdin?.write('K\n')
    await pause(150)
    child.stdin?.end('Q\n')
    await Promise.race([closed, pause(1000)])
    child.kill()
  }

  start(command: string, args: string[], stdin: 'ignore' | 'pipe' = 'ignore', env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(command, args, { stdio: [stdin, 'ignore', 'ignore'], env: { ...process.env, NODE_OPTIONS: '', ...env } })
    this.#children.push(child)
    return child
  }

  /** Runs a program to its end, with its secrets written into the key log where it heeds the variable. */
  async run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = this.start(command, args, 'ignore', { SSLKEYLOGFILE: this.keylog, ...env })
    const [code] = (await once(child, 'close')) as [number]
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  }

  async stop(): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    const ended = running.map((child) => once(child, 'close'))
    for (const child of running) child.kill('SIGTERM')
    await Promise.race([Promise.all(ended), pause(3000)])
    for (const child of running) child.kill('SIGKILL')
    this.#children = []
  }

  /** Forgets what was written. */
  clear(): void {
    appendFileSync(this.keylog, '')
    execFileSync('truncate', ['-s', '0', this.keylog])
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until it is so, or for ten seconds: the test then says what is not as it should be. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !isSo() && performance.now() < end; ) await pause(30)
}

/** Waits until something listens on this port of loopback. */
export async function listens(port: number): Promise<void> {
  for (const end = performance.now() + 10_000; ; await pause(30)) {
    const socket = net.connect(port, '127.0.0.1')
    const up = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false)
    socket.destroy()
    if (up) return
    if (performance.now() > end) throw new Error(`nothing listens on port ${port}`)
  }
}
