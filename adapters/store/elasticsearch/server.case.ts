/** An Elasticsearch of the test's own, which it may kill: from what `scripts/servers` has built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../free-port.case.ts'

export interface OwnServer {
  url: string
  /** Starts it, with what it had on disk, and waits until it answers. */
  begin(): Promise<void>
  kill(): Promise<void>
  remove(): Promise<void>
}

const built = globSync(join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spider/servers/elasticsearch-*')).at(-1)
const java = [process.env.JAVA_HOME, ...globSync('/usr/lib/jvm/*2[1-9]*')]
  .map((home) => home && join(home, 'bin/java'))
  .find((file) => file && existsSync(file))

export async function ownServer(): Promise<OwnServer | undefined> {
  if (built === undefined || java === undefined || !existsSync(join(built, 'ready'))) return undefined
  const home = await mkdtemp(join(tmpdir(), 'elasticsearch-'))
  await mkdir(join(home, 'config'))
  await symlink(join(built, 'modules'), join(home, 'modules'))
  const [port, transport] = [String(await freePort()), String(await freePort())]
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const begin = async () => {
    const memory = ['-Xms512m', '-Xmx512m', '--enable-native-access=ALL-UNNAMED']
    child = spawn(java, [...memory, '-cp', `${built}/lib/*:${built}`, 'Elasticsearch', home, port, transport], { stdio: 'ignore' })
    for (let tries = 0; tries < 240 && !(await answers(url)); tries++) await sleep(250)
  }
  const kill = async () => {
    if (child?.kill('SIGKILL')) await once(child, 'exit')
    child = undefined
  }
  await begin()
  return { url, begin, kill, remove: () => kill().then(() => rm(home, { recursive: true })) }
}

/** Shards that were written to are ready again, not the process alone. */
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=10s`).then(
    ({ ok }) => ok,
    () => false,
  )
