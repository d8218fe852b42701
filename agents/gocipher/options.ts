import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { type Command, helpOf, option, parseOptions, type Values } from '../agent/options.ts'
import { agentName, any, duration, list, number, url } from '../agent/values.ts'

/** Every option of the agent: the help is printed from here. */
export const OPTIONS = {
  server: option({
    flag: '--server',
    variable: 'SPIDER_SERVER',
    placeholder: 'URL',
    default: '',
    help: 'the Spider that secrets are sent to',
    read: url,
  }),
  token: option({
    flag: '--token',
    variable: 'SPIDER_TOKEN',
    placeholder: 'TOKEN',
    default: '',
    help: 'what the server knows this agent by; better given as the variable',
    read: any,
  }),
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
  timeout: option({
    flag: '--timeout',
    variable: 'SPIDER_TIMEOUT',
    placeholder: 'TIME',
    default: '30s',
    help: 'how long an answer of the server is waited for',
    read: duration('s', 100, 600_000),
  }),
  statusInterval: option({
    flag: '--status-interval',
    variable: 'SPIDER_STATUS_INTERVAL',
    placeholder: 'TIME',
    default: '20s',
    help: 'how often the agent says how it goes',
    read: duration('s', 100, 3_600_000),
  }),
  statusIdle: option({
    flag: '--status-idle',
    variable: 'SPIDER_STATUS_IDLE',
    placeholder: 'TIME',
    default: '10m',
    help: 'how often, while nothing changes',
    read: duration('s', 100, 86_400_000),
  }),
  name: option({
    flag: '--name',
    variable: 'SPIDER_NAME',
    placeholder: 'NAME',
    default: '',
    help: "the agent's name; without, the host's",
    read: (text) => agentName(text || hostname()),
  }),
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
    'Takes the secrets of TLS sessions out of running processes, with no change to them, and sends them to a Spider.',
  ])
