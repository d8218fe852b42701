import type { Command } from 'commander'
import { run } from '#agents/whisperer/main.ts'

/** The agent alone: its options, and their help, are its own. */
export function addWhisperer(program: Command, finish: (code: number) => void): void {
  program
    .command('whisperer')
    .description('Captures packets and sends them to a Spider elsewhere (--server URL).')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => finish(await run(command.args, process.env)))
}
