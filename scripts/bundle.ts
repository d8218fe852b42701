/**
 * Makes what the images hold, with Node.js all they need beside:
 *   dist/functions   every function; FUNCTION_TARGET tells which. Each loads only the pieces it uses.
 *   dist/agents      the whisperer, with libpcap's addon
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Bundle {
  directory: string
  /** Entrances by the name of their file. */
  input: Record<string, string>
  /** Packages with an addon of their own: not taken in. */
  external: string[]
  plugins?: Plugin[]
}

async function bundle({ directory, input, external, plugins = [] }: Bundle): Promise<void> {
  const target = join(root, 'dist', directory)
  rmSync(target, { recursive: true, force: true })
  const build = await rolldown({ input, cwd: root, platform: 'node', external, plugins, logLevel: 'warn' })
  await build.write({
    dir: target,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: { mangle: false, compress: true },
  })
  await build.close()
}

/** Modules that are loaded by their place rather than by an import are entrances of their own, beside the others. */
const byPlace = (places: Record<string, string>): Plugin => ({
  name: 'by-place',
  transform(code) {
    let changed = code
    for (const [from, to] of Object.entries(places)) changed = changed.replaceAll(from, to)
    return changed === code ? undefined : changed
  },
})

await bundle({
  directory: 'functions',
  input: { main: 'functions/host/serve.ts' },
  external: ['@duckdb/node-api', 'cbor-extract'],
})

await bundle({
  directory: 'agents',
  input: { main: 'agents/whisperer/main.ts', worker: 'agents/whisperer/worker.ts', live: 'adapters/capture/libpcap/live.ts' },
  external: ['pcap', 'cbor-extract'],
  plugins: [
    byPlace({
      "new URL('./worker.ts', import.meta.url)": "new URL('./worker.mjs', import.meta.url)",
      "import.meta.resolve('#adapters/capture/libpcap/live.ts')": "new URL('./live.mjs', import.meta.url).href",
    }),
  ],
})
for (const part of ['package.json', 'build/Release/pcap_binding.node'])
  cpSync(join(root, 'node_modules/pcap', part), join(root, 'dist/agents/node_modules/pcap', part), { recursive: true })
