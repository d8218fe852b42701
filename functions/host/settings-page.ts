import { VARIABLES, type Variable } from './settings.ts'

/** `--data` and the machine's one team are the command's own. */
const OF_THE_COMMAND = ['SPIDER_DATA', 'SPIDER_TEAM']

const withDefault = ({ description, default: value }: Variable): string => (value === undefined ? description : `${description} (${value})`)

/** The variables that one process reads, as lines for `--help`. */
export function variablesForHelp(): string {
  const read = VARIABLES.filter(({ name, apart }) => !apart && !OF_THE_COMMAND.includes(name))
  const width = Math.max(...read.map(({ name }) => name.length))
  return read.map((variable) => `  ${variable.name.padEnd(width)}  ${withDefault(variable)}`).join('\n')
}

const tableOf = (variables: readonly Variable[]): string =>
  [
    '| variable | what it says | unless told |',
    '| --- | --- | --- |',
    ...variables.map(
      ({ name, description, default: value }) => `| \`${name}\` | ${description} | ${value === undefined ? '' : `\`${value}\``} |`,
    ),
  ].join('\n')

/** docs/settings.md. */
export const settingsPage = (): string => `# Settings: variables of the environment

Made from functions/host/settings.ts by \`node scripts/settings.ts\`.

Without any of them everything lies in one directory. Each server takes the place of one part of it; they can be mixed as one likes. What cannot be used, or contradicts something else, is said in one sentence, and ends the process with 2.

## Where things lie: \`spider start\` and functions alike

${tableOf(VARIABLES.filter(({ apart }) => !apart))}

\`spider start\` takes its directory from \`--data\`. Users, passwords and keys are never shown in messages.

## How functions are joined that run each on its own

${tableOf(VARIABLES.filter(({ apart }) => apart))}

\`FUNCTION_TARGET\` says which function an instance is (\`sweep\`: wakes the lanes that are behind and drops what is old, once, and ends; \`license-server\`: [a vendor's](license.md#the-license-server)), \`PORT\` where it listens.
With \`parsing\` in \`SPIDER_CHAIN\`, sessions know their protocol and number of calls; with each function apart they do not.
`
