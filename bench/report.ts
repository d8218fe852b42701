import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One row of a table: what was measured, and its numbers by column. */
export type Row = Record<string, string | number>

export interface Subject {
  title: string
  rows: Row[]
  /** What a reader must know to read the numbers right, and what was left out. */
  notes: string[]
}

export const machine = () => ({
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  kernel: release(),
  node: process.version,
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
})

const figure = (value: string | number | undefined): string =>
  typeof value === 'number' ? (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)) : (value ?? '')

/** A table as text, columns aligned, numbers to the right. */
export function table(rows: Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const width = columns.map((name) => Math.max(name.length, ...rows.map((row) => figure(row[name]).length)))
  const line = (cells: string[], right: boolean[]) =>
    cells.map((cell, at) => (right[at] ? cell.padStart(width[at]) : cell.padEnd(width[at]))).join('  ')
  const numeric = columns.map((name) => rows.every((row) => typeof row[name] !== 'string'))
  return [
    line(columns, numeric),
    line(
      width.map((size) => '─'.repeat(size)),
      [],
    ),
    ...rows.map((row) =>
      line(
        columns.map((name) => figure(row[name])),
        numeric,
      ),
    ),
  ].join('\n')
}

export function print({ title, rows, notes }: Subject): void {
  console.log(`\n${title}\n${rows.length ? table(rows) : ''}`)
  for (const note of notes) console.log(`  ${note}`)
}

/** Keeps the results with machine and commit in bench/results/. Gives the file. */
export function keep(subjects: Subject[]): string {
  const folder = fileURLToPath(new URL('results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const at = new Date().toISOString()
  const file = `${folder}${at.replaceAll(':', '')}.json`
  writeFileSync(file, `${JSON.stringify({ at, machine: machine(), subjects }, null, 2)}\n`)
  return file
}
