import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeLine } from '#engines/tls/keylog.ts'
import { KeyLogs } from './key-logs.ts'

const line = (digit: string): string => `CLIENT_RANDOM ${digit.repeat(64)} ${digit.repeat(96)}`
let folder: string
let told: string[]
let wrong: string[]
let logs: KeyLogs
const file = (name: string) => join(folder, name)
const watch = (...folders: string[]) => {
  logs = new KeyLogs(
    folders,
    (found) => told.push(writeLine(found)),
    (message) => wrong.push(message),
  )
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keylogs-'))
  told = []
  wrong = []
})
afterEach(() => {
  logs.close()
  rmSync(folder, { recursive: true, force: true })
})

it('tells what is there, what is added, in parts of lines too, and each line once', () => {
  writeFileSync(file('a.log'), `# comment\n${line('1')}\n${line('2').slice(0, 30)}`)
  watch(folder)
  expect(told).toEqual([line('1')])
  appendFileSync(file('a.log'), `${line('2').slice(30)}\n`)
  writeFileSync(file('b.log'), `${line('3')}\n`)
  logs.look()
  logs.look()
  expect(told).toEqual([line('1'), line('2'), line('3')])
})

it('reads a file anew that was replaced or emptied', () => {
  writeFileSync(file('a.log'), `${line('1')}\n${line('2')}\n`)
  watch(folder)
  writeFileSync(file('a.log'), `${line('3')}\n`)
  logs.look()
  writeFileSync(file('other'), `${line('4')}\n${line('5')}\n${line('6')}\n`)
  renameSync(file('other'), file('a.log'))
  logs.look()
  expect(told).toEqual(['1', '2', '3', '4', '5', '6'].map(line))
})

it('goes on with a file that is rotated, from a line that was half written, and reads the next one whole', () => {
  writeFileSync(file('a.log'), `${line('1')}\n${line('2').slice(0, 99)}`)
  watch(folder)
  renameSync(file('a.log'), file('a.log.1'))
  appendFileSync(file('a.log.1'), `${line('2').slice(99)}\n`)
  writeFileSync(file('a.log'), `${line('3')}\n${line('4')}\n${line('5')}\n`)
  logs.look()
  rmSync(file('a.log.1'))
  // Mostly under the number that the one before had.
  rmSync(file('a.log'))
  writeFileSync(file('a.log'), ['6', '7', '8', '9'].map((digit) => `${line(digit)}\n`).join(''))
  logs.look()
  expect([told.toSorted(), wrong]).toEqual([['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(line), []])
})

it('reads one file when another cannot be', () => {
  mkdirSync(file('folder'))
  symlinkSync('/none', file('link'))
  writeFileSync(file('z.log'), `${line('1')}\n`)
  watch(file('none'), folder)
  expect(told).toEqual([line('1')])
  expect(wrong.every((message) => message.includes(file('none')))).toBe(true)
})

it('reads of many files, and says when there are too many', () => {
  for (let i = 0; i < 4100; i++) writeFileSync(file(`${i}.log`), i < 16 ? `${line(i.toString(16))}\n` : '')
  watch(folder)
  expect(told.length).toBeGreaterThan(0)
  expect(wrong).toEqual([expect.stringContaining('has 4100 files')])
})

it('is not kept by one large file, and reads it whole in the end', () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => line('0').replace('0'.repeat(64), i.toString(16).padStart(64, '0')))
  writeFileSync(file('a.log'), `${lines.join('\n')}\n`)
  writeFileSync(file('b.log'), `${line('1')}\n`)
  watch(folder)
  expect(told.length).toBeLessThan(lines.length)
  expect(told).toContain(line('1'))
  for (let time = 0; time < 4; time++) logs.look()
  expect(new Set(told)).toEqual(new Set([...lines, line('1')]))
  expect(told.length).toBe(lines.length + 1)
})

it('uses the good lines, and says where the first bad one is', () => {
  writeFileSync(file('a.log'), `${line('1')}\nnonsense\n${line('2')}\nmore nonsense\n`)
  watch(folder)
  expect(told).toEqual([line('1'), line('2')])
  expect(wrong).toEqual([expect.stringContaining('a.log, line 2: ')])
})

it('says when there is no such folder', () => {
  watch(file('none'))
  expect(wrong).toEqual([expect.stringContaining('cannot be read')])
})
