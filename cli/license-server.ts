import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { signalled } from '#agents/agent/server.ts'
import { UsageError } from './usage.ts'
import { port } from './values.ts'

interface Options {
  port: number
  listen: string
  data: string
  newKey?: boolean
}

const DATA = fileURLToPath(new URL('../data/license-server', import.meta.url))
const ADMINISTRATOR = 'SPIDER_LICENSE_ADMINISTRATOR'

export function addLicenseServer(program: Command, finish: (code: number) => void): void {
  program
    .command('license-server')
    .description('Starts the license server of a vendor: issues licenses, takes usage statistics, answers what a year costs.')
    .option('-p, --port <number>', 'port of the API and the estimate page', port, 8090)
    .option('--listen <address>', 'address to listen on', '127.0.0.1')
    .option('--data <dir>', 'where licenses, accounts and the signing keys are kept; the keys are the vendor: guard them', DATA)
    .option('--new-key', 'from now on a new key signs; licenses of before still hold')
    .addHelpText('after', `\n${ADMINISTRATOR} is the bearer token of the vendor, who issues licenses; without it nobody does.`)
    .action(async (options: Options) => finish(await serve(options)))
}

async function serve({ port, listen, data, newKey }: Options): Promise<number> {
  const { startLicenseServer } = await import('#functions/host/license-server.ts')
  const { openState } = await import('#adapters/state/embedded/state.ts')
  const { PAGE } = await import('#functions/host/page-folder.ts')
  try {
    const server = await startLicenseServer({
      state: await openState({ directory: join(resolve(data), 'state') }),
      keys: join(resolve(data), 'keys.json'),
      newKey: newKey === true,
      administrator: process.env[ADMINISTRATOR]?.trim() || undefined,
      page: PAGE,
      port,
      listen,
    })
    const ended = signalled()
    process.stderr.write(`The license server is on ${server.url}\nEnd it with Ctrl-C.\n`)
    await ended
    await server.close()
    return 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new UsageError(`port ${port} is in use on ${listen}: give another with --port`)
    throw error
  }
}
