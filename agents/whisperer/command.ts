import { run } from './main.ts'

/** The agent as a command of its own: the entrance of its image. */
process.exitCode = await run(process.argv.slice(2), process.env)
