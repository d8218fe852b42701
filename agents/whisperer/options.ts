import { COMMON } from '../agent/common-options.ts'
import { defaultsOf, helpOf, option, parseOptions, type Values } from '../agent/options.ts'
import { any, choice, duration, endpoint, list, number, OptionError, optional, size, wrong } from '../agent/values.ts'

export { OptionError } from '../agent/values.ts'

/** Every option of the agent: the help and the documentation are printed from here. */
export const OPTIONS = {
  server: COMMON.server,
  token: COMMON.token,
  interface: option({
    flag: '--interface',
    short: '-i',
    variable: 'SPIDER_INTERFACE',
    placeholder: 'NAME,…',
    default: 'any',
    repeats: true,
    help: 'where to capture; any: on all interfaces',
    read: (text) => {
      const names = list(text)
      if (names.length === 0) throw wrong(text, 'the name of an interface')
      if (names.includes('any') && names.length > 1) throw new OptionError('"any" takes in all interfaces: give it alone')
      return [...new Set(names)]
    },
  }),
  filter: option({
    flag: '--filter',
    short: '-f',
    variable: 'SPIDER_FILTER',
    placeholder: 'EXPRESSION',
    default: '',
    help: 'which packets, in pcap-filter syntax, such as "tcp port 8080"',
    read: any,
  }),
  ownNamespace: option({
    flag: '--own-namespace',
    variable: 'SPIDER_OWN_NAMESPACE',
    placeholder: 'NAME',
    default: '',
    help: "in a pod: what pods of this namespace send and receive is left out, as Spider's own …",
    read: any,
  }),
  ownCarriers: option({
    flag: '--own-carriers',
    variable: 'SPIDER_OWN_CARRIERS',
    placeholder: 'NAME,…',
    default: '',
    help: '… and what pods of these namespaces, which carry it, say to each other and to nodes …',
    read: list,
  }),
  ownServers: option({
    flag: '--own-servers',
    variable: 'SPIDER_OWN_SERVERS',
    placeholder: 'HOST:PORT,…',
    default: '',
    help: '… and what nodes say to these servers: the address of a pod may have become that of its node',
    read: (text) => list(text).map(endpoint),
  }),
  snapLength: option({
    flag: '--snap-length',
    variable: 'SPIDER_SNAP_LENGTH',
    placeholder: 'BYTES',
    default: '262144',
    help: 'bytes kept of each packet',
    read: number(64, 262_144),
  }),
  buffer: option({
    flag: '--buffer',
    variable: 'SPIDER_BUFFER',
    placeholder: 'SIZE',
    default: '64MB',
    help: "the kernel's capture buffer, for each interface",
    read: size(2 ** 20, 2 ** 30),
  }),
  limitTime: option({
    flag: '--limit-time',
    variable: 'SPIDER_LIMIT_TIME',
    placeholder: 'TIME',
    default: '',
    help: 'the capture ends by itself after this long; without, when it is told to …',
    read: optional(duration('s', 1000, 86_400_000)),
  }),
  limitSize: option({
    flag: '--limit-size',
    variable: 'SPIDER_LIMIT_SIZE',
    placeholder: 'SIZE',
    default: '',
    help: '… or when it has captured this much',
    read: optional(size(1024, 2 ** 40)),
  }),
  lanes: option({
    flag: '--lanes',
    variable: 'SPIDER_LANES',
    placeholder: 'N',
    default: '8',
    help: 'into how many lanes conversations are spread: the unit of parallel work',
    read: number(1, 256),
  }),
  batchSize: option({
    flag: '--batch-size',
    variable: 'SPIDER_BATCH_SIZE',
    placeholder: 'SIZE',
    default: '1MB',
    help: 'packets are sent when this much has gathered in a lane …',
    read: size(4096, 16 * 2 ** 20),
  }),
  batchAge: option({
    flag: '--batch-age',
    variable: 'SPIDER_BATCH_AGE',
    placeholder: 'TIME',
    default: '500ms',
    help: '… or when the first has waited this long',
    read: duration('ms', 20, 60_000),
  }),
  inFlight: option({
    flag: '--in-flight',
    variable: 'SPIDER_IN_FLIGHT',
    placeholder: 'N',
    default: '4',
    help: 'batches on their way at once, one of each lane',
    read: number(1, 64),
  }),
  timeout: COMMON.timeout,
  spool: option({
    flag: '--spool',
    variable: 'SPIDER_SPOOL',
    placeholder: 'DIR',
    default: '',
    help: 'where packets are kept while the server is away; without, in memory',
    read: any,
  }),
  spoolSize: option({
    flag: '--spool-size',
    variable: 'SPIDER_SPOOL_SIZE',
    placeholder: 'SIZE',
    default: '512MB',
    help: 'how much may be kept there; beyond it whole conversations are dropped',
    read: size(2 ** 20, 2 ** 40),
  }),
  memory: option({
    flag: '--memory',
    variable: 'SPIDER_MEMORY',
    placeholder: 'SIZE',
    default: '64MB',
    help: 'how much may wait in memory to be sent',
    read: size(2 ** 20, 2 ** 34),
  }),
  statusInterval: COMMON.statusInterval,
  statusIdle: COMMON.statusIdle,
  resolve: option({
    flag: '--resolve',
    variable: 'SPIDER_RESOLVE',
    placeholder: 'WHICH',
    default: 'private',
    help: 'addresses whose names are asked of the resolver: private, all, none',
    read: choice('private', 'all', 'none'),
  }),
  name: COMMON.name,
} as const

export type Options = Values<typeof OPTIONS>

export interface Command {
  options: Options
  /** Capture files to be sent instead of live packets. */
  files: string[]
  help: boolean
}

/** Reads the command line; what it does not say, the environment does, and else the default. Throws `OptionError`. */
export const parse = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command => {
  const { options, words, help } = parseOptions(OPTIONS, argv, env)
  return { options, files: words, help }
}

/** What stands when nothing is said. */
export const defaults = (): Options => defaultsOf(OPTIONS)

/** The help, from the table. */
export const help = (command: string): string =>
  helpOf(OPTIONS, [
    `Usage: ${command} --server URL [options] [FILE …]`,
    '',
    'Captures packets and sends them to a Spider elsewhere; with files (- is standard input), sends what is in them and ends.',
  ])
