/** A PostgreSQL of the test's own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#adapters/free-port.case.ts'

const DEBIAN = '/usr/lib/postgresql'
const folders = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : []
const bin = [...folders.reverse(), ...(process.env.PATH ?? '').split(':')].find((folder) => existsSync(join(folder, 'initdb')))

export const hasPostgres = bin !== undefined && spawnSync('psql', ['--version']).status === 0
if (!hasPostgres) console.log('skipped: what needs PostgreSQL (on Debian: apt-get install postgresql)')

export const PASSWORD = 'hunter2'

export interface PostgresServer {
  port: number
  /** Runs psql through a port; answers what it printed. */
  psql(port: number, sql: string, ...options: string[]): Promise<string>
  stop(): Promise<void>
}

/** Root may not run it: then the user `postgres` does, whom its package makes. */
const runner = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export async function startPostgres(): Promise<PostgresServer> {
  const as = runner()
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'))
  const secret = join(directory, 'password')
  writeFileSync(secret, PASSWORD)
  if (as.uid !== undefined) for (const path of [directory, secret]) chownSync(path, as.uid, as.gid!)
  const data = join(directory, 'data')
  const options = ['-U', 'ann', '-A', 'scram-sha-256', `--pwfile=${secret}`, '--no-sync', '--no-instructions', '-E', 'UTF8', '--locale=C']
  execFileSync(join(bin!, 'initdb'), ['-D', data, ...options], { ...as, stdio: 'ignore', cwd: directory })
  const port = await freePort()
  const settings = ['fsync=off', `port=${port}`, `unix_socket_directories=${directory}`, 'listen_addresses=127.0.0.1', 'wal_level=logical']
  const server: ChildProcess = spawn(join(bin!, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...as,
    stdio: 'ignore',
    cwd: directory,
  })
  const psql = (through: number, sql: string, ...more: string[]) =>
    new Promise<string>((resolve) => {
      const child = spawn('psql', ['-h', '127.0.0.1', '-p', String(through), '-U', 'ann', '-d', 'postgres', '-X', '-A', '-t', ...more], {
        env: { ...process.env, PGPASSWORD: PASSWORD, PGGSSENCMODE: 'disable' },
        cwd: tmpdir(),
      })
      let out = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (out += bytes))
      child.stdin.end(sql)
      child.once('close', () => resolve(out))
    })
  for (let tries = 0; (await psql(port, 'select 1')) !== '1\n'; tries++) {
    if (tries > 100) throw new Error('PostgreSQL does not come up')
    await sleep(100)
  }
  return {
    port,
    psql,
    async stop() {
      const gone = new Promise((resolve) => server.once('close', resolve))
      server.kill('SIGQUIT')
      await gone
      rmSync(directory, { recursive: true })
    },
  }
}
