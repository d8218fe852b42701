import { hostname } from 'node:os'
import { agentName, any, choice, duration, list, number, OptionError, size, url, wrong } from './values.ts'

export { OptionError } from './values.ts'

interface Option<Value> {
  flag: string
  short?: string
  variable: string
  /** What stands for the value in the help. */
  placeholder: string
  /** As it would be written. */
  default: string
  help: string
  /** Reads a value; throws `OptionError` with what it should be. */
  read(text: string): Value
}

/** Marks the type of an option's value, nothing more. */
const option = <Value>(definition: Option<Value>): Option<Value> => definition

/** Every option of the agent: the help and the documentation are printed from here. */
export const OPTIONS = {
  server: option({
    flag: '--server',
    variable: 'SPIDER_SERVER',
    placeholder: 'URL',
    default: '',
    help: 'the Spider that packets are sent to',
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
  interface: option({
    flag: '--interface',
    short: '-i',
    variable: 'SPIDER_INTERFACE',
    placeholder: 'NAME,…',
    default: 'any',
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
  timeout: option({
    flag: '--timeout',
    variable: 'SPIDER_TIMEOUT',
    placeholder: 'TIME',
    default: '30s',
    help: 'how long an answer of the server is waited for',
    read: duration('s', 100, 600_000),
  }),
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
  statusInterval: option({
    flag: '--status-interval',
    variable: 'SPIDER_STATUS_INTERVAL',
    placeholder: 'TIME',
    default: '20s',
    help: 'how often the agent says how it goes',
    read: duration('s', 100, 3_600_000),
  }),
  resolve: option({
    flag: '--resolve',
    variable: 'SPIDER_RESOLVE',
    placeholder: 'WHICH',
    default: 'private',
    help: 'addresses whose names are asked of the resolver: private, all, none',
    read: choice('private', 'all', 'none'),
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

export type Options = { [Name in keyof typeof OPTIONS]: ReturnType<(typeof OPTIONS)[Name]['read']> }

export interface Command {
  options: Options
  /** Capture files to be sent instead of live packets. */
  files: string[]
  help: boolean
}

type Name = keyof typeof OPTIONS
const NAMES = Object.keys(OPTIONS) as Name[]

/** Reads the command line; what it does not say, the environment does, and else the default. Throws `OptionError`. */
export const parse = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command => {
  const given = new Map<Name, string>()
  const files: string[] = []
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { options: defaults(), files: [], help: true }
    if (word === '--') {
      files.push(...rest)
      break
    }
    if (word === '-' || !word.startsWith('-')) {
      files.push(word)
      continue
    }
    const [flag, ...value] = word.startsWith('--') ? word.split('=') : [word]
    const name = NAMES.find((known) => OPTIONS[known].flag === flag || (OPTIONS[known] as Option<unknown>).short === flag)
    if (!name) throw new OptionError(`there is no option ${flag}: --help lists those there are`)
    const text = value.length > 0 ? value.join('=') : rest.shift()
    if (text === undefined) throw new OptionError(`${flag} wants ${OPTIONS[name].placeholder} after it`)
    const before = given.get(name)
    given.set(name, name === 'interface' && before !== undefined ? `${before},${text}` : text)
  }
  return { options: read((name) => given.get(name) ?? env[OPTIONS[name].variable]), files, help: false }
}

/** What stands when nothing is said. */
export const defaults = (): Options => read(() => undefined)

const read = (said: (name: Name) => string | undefined): Options => {
  const entries = NAMES.map((name) => {
    const definition: Option<unknown> = OPTIONS[name]
    try {
      return [name, definition.read(said(name) ?? definition.default)]
    } catch (error) {
      if (!(error instanceof OptionError)) throw error
      throw new OptionError(`${definition.flag}: ${error.message}`)
    }
  })
  return Object.fromEntries(entries) as Options
}

/** The help, from the table. */
export const help = (command: string): string => {
  const rows = NAMES.map((name) => {
    const { flag, short, placeholder, help: text, default: value, variable }: Option<unknown> = OPTIONS[name]
    return [`  ${short ? `${short}, ` : ''}${flag} ${placeholder}`, `${text} (${value === '' ? '' : `${value}; `}${variable})`]
  })
  rows.push(['  -h, --help', 'this text'])
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `Usage: ${command} --server URL [options] [FILE …]`,
    '',
    'Captures packets and sends them to a Spider elsewhere; with files (- is standard input), sends what is in them and ends.',
    'In brackets: what holds when nothing is said, and the variable that says it too.',
    '',
    ...rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`),
    '',
  ].join('\n')
}
