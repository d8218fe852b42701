import type { Command } from 'commander'

/** The agent alone: its options, and their help, are its own. */
export function addGocipher(program: Command, finish: (code: number) => void): void {
  program
    .command('gocipher')
    .description('Takes the secrets of TLS sessions out of running processes and sends them to a Spider (--server URL).')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const { run } = await import('#agents/gocipher/main.ts') // loaded only here: other verbs start without it
      finish(await run(command.args, process.env))
    })
}
