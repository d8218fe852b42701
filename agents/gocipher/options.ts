import { homedir } from 'node:os'
import { join } from 'node:path'
import { COMMON } from '../agent/common-options.ts'
import { type Command, helpOf, option, parseOptions, type Values } from '../agent/options.ts'
import { any, duration, list, number } from '../agent/values.ts'

/** Every option of the agent: the help is printed from here. */
export const OPTIONS = {
  server: COMMON.server,
  token: COMMON.token,
  process: option({
    flag: '--process',
    variable: 'SPIDER_PROCESS',
    placeholder: 'NAME,…',
    default: '',
    help: 'only processes with this name or executable; without, all',
    repeats: true,
    read: list,
  }),
  pid: option({
    flag: '--pid',
    variable: 'SPIDER_PID',
    placeholder: 'N,…',
    default: '',
    help: 'only these processes, and what they start',
    repeats: true,
    read: (text) => list(text).map(number(1, 2 ** 22)),
  }),
  cgroup: option({
    flag: '--cgroup',
    variable: 'SPIDER_CGROUP',
    placeholder: 'TEXT,…',
    default: '',
    help: 'only processes in a control group with this in its path, such as the id of a container',
    repeats: true,
    read: list,
  }),
  keylogs: option({
    flag: '--keylogs',
    variable: 'SPIDER_KEYLOGS',
    placeholder: 'DIR,…',
    default: '',
    help: 'folders of key logs that programs write themselves (node --tls-keylog, SSLKEYLOGFILE): what is added is sent too',
    repeats: true,
    read: list,
  }),
  cache: option({
    flag: '--cache',
    variable: 'SPIDER_GOCIPHER_CACHE',
    placeholder: 'DIR',
    default: join(homedir(), '.cache', 'spider-gocipher'),
    help: 'where the compiled program and what was learned of libraries are kept',
    read: any,
  }),
  usageInterval: option({
    flag: '--usage-interval',
    variable: 'SPIDER_USAGE_INTERVAL',
    placeholder: 'TIME',
    default: '10s',
    help: 'how often the sums of network usage are sent; each is of ten seconds all the same',
    read: duration('s', 10_000, 600_000),
  }),
  timeout: COMMON.timeout,
  statusInterval: COMMON.statusInterval,
  statusIdle: COMMON.statusIdle,
  name: COMMON.name,
} as const

export type Options = Values<typeof OPTIONS>

/** Reads the command line; what it does not say, the environment does, and else the default. Throws `OptionError`. */
export const parse = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command<typeof OPTIONS> =>
  parseOptions(OPTIONS, argv, env)

/** The help, from the table. */
export const help = (command: string): string =>
  helpOf(OPTIONS, [
    `Usage: ${command} --server URL [options]`,
    '',
    'Takes the secrets of TLS sessions out of running processes, with no change to them, and sends them to a Spider;',
    'with them goes what the processes send and receive, in sums of ten seconds.',
  ])
