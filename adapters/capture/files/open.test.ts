import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureRefused } from '../port.ts'
import { openFile } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'capture-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >>> 5))
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const readAll = async (path: string) => {
  const file = await openFile(path)
  const chunks: Buffer[] = []
  for await (const chunk of file.chunks()) chunks.push(Buffer.from(chunk))
  return { bytes: Buffer.concat(chunks), file }
}

describe('files', () => {
  it.each([
    ['plain', content],
    ['gzip', gzipSync(content)],
    ['gzip of two members', Buffer.concat([gzipSync(content.subarray(0, 1000)), gzipSync(content.subarray(1000))])],
    ['zstd', zstdCompressSync(content)],
  ])('reads %s whatever the name says', async (name, bytes) => {
    const { bytes: read, file } = await readAll(write(`${name}.dat`, bytes))
    expect(read.equals(content)).toBe(true)
    expect([file.size, file.read()]).toEqual([bytes.length, bytes.length])
  })

  it.each([
    ['', ''],
    ['a', 'a'],
    ['\x1f\x8b', '\x1f\x8b'],
  ])('reads %j, shorter than any magic number', async (text, expected) => {
    const path = write('short', Buffer.from(text, 'latin1'))
    if (text.length < 2) expect((await readAll(path)).bytes.toString('latin1')).toBe(expected)
    else await expect(readAll(path)).rejects.toThrow(/cannot be unpacked/)
  })

  it('says what is wrong with compressed data', async () => {
    const whole = gzipSync(content)
    await expect(readAll(write('bad.gz', Buffer.concat([whole.subarray(0, 500), Buffer.alloc(500)])))).rejects.toThrow(CaptureRefused)
  })

  it('gives what is there of a compressed file that is cut, then says so', async () => {
    const file = await openFile(write('cut.gz', gzipSync(content).subarray(0, -2000)))
    let bytes = 0
    const reading = (async () => {
      for await (const chunk of file.chunks()) bytes += chunk.length
    })()
    await expect(reading).rejects.toThrow(/cut\.gz is compressed, but cannot be unpacked: unexpected end of file/)
    expect(bytes).toBeGreaterThan(0)
  })

  it('refuses what is not there, and folders', async () => {
    await expect(openFile(join(folder, 'none'))).rejects.toThrow(`there is no file ${join(folder, 'none')}`)
    await expect(openFile(folder)).rejects.toThrow('is a folder')
  })

  it('reads standard input, and lets go of it when nobody reads on', async () => {
    const script = `const { openFile } = await import('${new URL('./open.ts', import.meta.url)}')
      const file = await openFile('-'); let n = 0
      for await (const chunk of file.chunks()) { n += chunk.length; if (process.argv[1] === 'once') break }
      console.log(n, file.size)`
    const run = (...args: string[]) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], { input: gzipSync(content), encoding: 'utf8' })
    expect(run().trim()).toBe('3000000 undefined')
    expect(Number.parseInt(run('once'), 10)).toBeGreaterThan(0)
  })
})
