import { Command } from 'commander'
import { VERSION } from '#events/version.ts'
import { addGocipher } from './gocipher.ts'
import { addLicenseServer } from './license-server.ts'
import { addRead } from './read.ts'
import { addStart } from './start.ts'
import { UsageError } from './usage.ts'
import { addWhisperer } from './whisperer.ts'

/** Runs the command line; answers the exit code: 0, 1 for a failure, 2 for what the user gave wrong. */
async function main(argv: string[]): Promise<number> {
  const program = new Command('spider')
    .description('Shows what the parts of a distributed system say to each other, with no change to their code.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(spider --help, or spider VERB --help, tells what there is)')
  let code = 0
  const finish = (result: number): void => {
    code = result
  }
  addRead(program, finish)
  addStart(program, finish)
  addWhisperer(program, finish)
  addGocipher(program, finish)
  addLicenseServer(program, finish)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`spider: ${error.message}\n`)
      return 2
    }
    const commander = error as { code?: string; exitCode?: number }
    if (commander.code?.startsWith('commander.')) return commander.exitCode === 0 ? 0 : 2
    throw error
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`spider: ${error.message}\n`)
  if (process.env.SPIDER_DEBUG) process.stderr.write(`${error.stack}\n`)
  return 1
})
