/**
 * Makes what the images hold, with Node.js all they need beside:
 *   dist/functions   every function; FUNCTION_TARGET tells which. Each loads only the pieces it uses.
 *   dist/agents      the whisperer, with libpcap's addon, and gocipher, with its programs for the kernel
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { freePort } from '#adapters/free-port.case.ts'
import { compile as compileProgram } from '#agents/gocipher/bpf/compile.ts'
import { Refused } from '#agents/gocipher/bpf/libbpf.ts'
import { declarations } from '#functions/host/declarations.ts'

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

/** An import of node:http reads all that it exports, one of which loads the whole of undici, 35 ms: here only what is used is read. */
const plainHttp: Plugin = {
  name: 'plain-http',
  resolveId: (id, _importer, { kind }) => (id === 'node:http' && kind === 'import-statement' ? '\0http' : undefined),
  load: (id) =>
    id === '\0http'
      ? "const http = process.getBuiltinModule('node:http')\nexport default http\nexport const { Agent, createServer, get, request, STATUS_CODES } = http"
      : undefined,
}

/** Runs every function for a moment, so that Node.js leaves its compiled code beside the bundle. Servers that are away are enough: their adapters are loaded. */
async function compile(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'spider-compile-'))
  const away = 'http://127.0.0.1:1'
  const servers = {
    REDIS_URL: 'redis://127.0.0.1:1',
    ELASTICSEARCH_URL: away,
    S3_BUCKET: 'none',
    S3_ENDPOINT: away,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  }
  for (const { name } of declarations) await runOnce(name, { SPIDER_DATA: join(data, name) })
  await runOnce('query', { SPIDER_DATA: data, ...servers })
  rmSync(data, { recursive: true })
}

async function runOnce(target: string, environment: Record<string, string>): Promise<void> {
  const port = String(await freePort())
  const main = join(root, 'dist/functions/main.mjs')
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      FUNCTION_TARGET: target,
      PORT: port,
      K_SINK: 'http://127.0.0.1:1',
      NODE_ENV: 'production',
      ...environment,
    },
    stdio: 'ignore',
  })
  const exit = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/ready`
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(50)) if ((await fetch(url).catch(() => undefined))?.ok) break
  child.kill('SIGTERM')
  const [code] = await exit
  if (code !== 0) throw new Error(`the bundle of ${target} ended with ${code}`)
}

/** Calls of native libraries: with them, TLS and SHA-256 are several times as fast, and Gocipher loads its programs. */
function copyKoffi(directory: string): void {
  const needed = /^(package\.json|index\.|indirect\.|lib|src)/
  const koffi = join(root, 'node_modules/koffi')
  const into = join(root, 'dist', directory, 'node_modules')
  for (const part of readdirSync(koffi).filter((name) => needed.test(name)))
    cpSync(join(koffi, part), join(into, 'koffi', part), { recursive: true })
  cpSync(join(root, 'node_modules/@koromix'), join(into, '@koromix'), { recursive: true })
}

/** Gocipher's, compiled, beside their sources; where clang is missing the sources alone, which it has to compile itself then. */
async function programsForTheKernel(): Promise<void> {
  const into = join(root, 'dist/agents')
  cpSync(join(root, 'agents/gocipher/learn/node-handshake.cjs'), join(into, 'node-handshake.cjs'))
  for (const name of ['secrets', 'usage']) {
    cpSync(join(root, `agents/gocipher/bpf/${name}.bpf.c`), join(into, `${name}.bpf.c`))
    try {
      await compileProgram(name, into)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      console.error(`dist/agents: ${error.message}`)
    }
  }
}

/** Servers that are away make no function ready: by then its code is loaded. */
const LONGEST_MS = 3_000

await bundle({
  directory: 'functions',
  input: { main: 'functions/host/entrance.ts' },
  external: ['@duckdb/node-api', 'cbor-extract'],
  plugins: [plainHttp],
})

copyKoffi('functions')
await compile()

await bundle({
  directory: 'agents',
  input: {
    main: 'agents/whisperer/main.ts',
    worker: 'agents/whisperer/worker.ts',
    live: 'adapters/capture/libpcap/live.ts',
    gocipher: 'agents/gocipher/main.ts',
    ...Object.fromEntries(['openssl', 'gnutls'].map((kind) => [`${kind}-handshake`, `agents/gocipher/learn/${kind}-handshake.ts`])),
  },
  external: ['pcap', 'cbor-extract', 'koffi'],
  plugins: [
    byPlace({
      "new URL('./worker.ts', import.meta.url)": "new URL('./worker.mjs', import.meta.url)",
      "import.meta.resolve('#adapters/capture/libpcap/live.ts')": "new URL('./live.mjs', import.meta.url).href",
    }),
  ],
})
for (const part of ['package.json', 'build/Release/pcap_binding.node'])
  cpSync(join(root, 'node_modules/pcap', part), join(root, 'dist/agents/node_modules/pcap', part), { recursive: true })
copyKoffi('agents')
await programsForTheKernel()
