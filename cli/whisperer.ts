import type { Command } from 'commander'

/** The agent alone: its options, and their help, are its own. */
export function addWhisperer(program: Command, finish: (code: number) => void): void {
  program
    .command('whisperer')
    .description('Captures packets and sends them to a Spider elsewhere (--server URL).')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const { run } = await import('#agents/whisperer/main.ts') // loaded only here: other verbs start without it
      finish(await run(command.args, process.env))
    })
}
