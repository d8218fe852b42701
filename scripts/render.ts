// Writes the manifests in knative/ and the table of functions that the chart is made from, from the declarations of the functions.
// With --check it only compares, and exits 1 when a file is not what it should be.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { files } from './render/files.ts'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')

for (const [path, text] of Object.entries(files)) {
  const file = join(root, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (check) {
    process.stderr.write(`${path} is not what the declarations say: run node scripts/render.ts\n`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
