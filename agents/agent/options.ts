import { OptionError } from './values.ts'

export interface Option<Value> {
  flag: string
  short?: string
  variable: string
  /** What stands for the value in the help. */
  placeholder: string
  /** As it would be written. */
  default: string
  help: string
  /** Given again, it adds to what was given before. */
  repeats?: boolean
  /** Reads a value; throws `OptionError` with what it should be. */
  read(text: string): Value
}

export type Table = Readonly<Record<string, Option<unknown>>>
export type Values<Options extends Table> = { [Name in keyof Options]: ReturnType<Options[Name]['read']> }

export interface Command<Options extends Table> {
  options: Values<Options>
  /** What is no option. */
  words: string[]
  help: boolean
}

/** Marks the type of an option's value, nothing more. */
export const option = <Value>(definition: Option<Value>): Option<Value> => definition

type Environment = Readonly<Record<string, string | undefined>>

/** Reads a command line by its table; what it does not say, the environment does, and else the default. Throws `OptionError`. */
export function parseOptions<Options extends Table>(table: Options, argv: readonly string[], env: Environment): Command<Options> {
  const given = new Map<string, string>()
  const words: string[] = []
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { options: defaultsOf(table), words: [], help: true }
    if (word === '--') {
      words.push(...rest)
      break
    }
    if (word === '-' || !word.startsWith('-')) {
      words.push(word)
      continue
    }
    const [flag, ...value] = word.startsWith('--') ? word.split('=') : [word]
    const name = Object.keys(table).find((known) => table[known].flag === flag || table[known].short === flag)
    if (name === undefined) throw new OptionError(`there is no option ${flag}: --help lists those there are`)
    const text = value.length > 0 ? value.join('=') : rest.shift()
    if (text === undefined) throw new OptionError(`${flag} wants ${table[name].placeholder} after it`)
    const before = given.get(name)
    given.set(name, table[name].repeats && before !== undefined ? `${before},${text}` : text)
  }
  return { options: readAll(table, (name) => given.get(name) ?? env[table[name].variable]), words, help: false }
}

/** What stands when nothing is said. */
export const defaultsOf = <Options extends Table>(table: Options): Values<Options> => readAll(table, () => undefined)

function readAll<Options extends Table>(table: Options, said: (name: string) => string | undefined): Values<Options> {
  const entries = Object.entries(table).map(([name, definition]) => {
    try {
      return [name, definition.read(said(name) ?? definition.default)]
    } catch (error) {
      if (!(error instanceof OptionError)) throw error
      throw new OptionError(`${definition.flag}: ${error.message}`)
    }
  })
  return Object.fromEntries(entries) as Values<Options>
}

/** The help, from the table. `head`: the lines above it. */
export function helpOf(table: Table, head: readonly string[]): string {
  const rows = Object.values(table).map(({ flag, short, placeholder, help, default: value, variable }) => [
    `  ${short ? `${short}, ` : ''}${flag} ${placeholder}`,
    `${help} (${value === '' ? '' : `${value}; `}${variable})`,
  ])
  rows.push(['  -h, --help', 'this text'])
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    ...head,
    'In brackets: what holds when nothing is said, and the variable that says it too.',
    '',
    ...rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`),
    '',
  ].join('\n')
}
