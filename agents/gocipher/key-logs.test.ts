import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
