import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Elf, NotElf } from './elf.ts'
import { goFunction } from './go.ts'

const linux = process.platform === 'linux'
const folder = mkdtempSync(join(tmpdir(), 'elf-'))
afterAll(() => rmSync(folder, { recursive: true }))

const withFile = <Result>(bytes: Uint8Array, use: (fd: number) => Result): Result => {
  const path = join(folder, 'file')
  writeFileSync(path, bytes)
  const fd = openSync(path, 'r')
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

describe.skipIf(!linux)('the executable of this Node.js', () => {
  const fd = openSync(process.execPath, 'r')
  afterAll(() => closeSync(fd))

  it('has a build id, needs libc, and has the functions of its OpenSSL, not of others', () => {
    const elf = new Elf(fd)
    expect(elf.buildId).toMatch(/^[0-9a-f]{40}$/)
    expect(elf.needed).toContain('libc.so.6')
    const found = elf.functions(['SSL_read', 'SSL_do_handshake', 'gnutls_handshake'])
    expect([...found.keys()].sort()).toEqual(['SSL_do_handshake', 'SSL_read'])
  })

  it('is no program in Go', () => {
    expect(goFunction(new Elf(fd), 'main.main')).toBe('unreadable')
  })
})

it.each([
  ['nothing', new Uint8Array()],
  ['a text', Buffer.from('#!/bin/sh\n'.repeat(20))],
  ['a 32-bit file', Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), Buffer.alloc(100)])],
])('%s is not taken for one', (_, bytes) => {
  expect(() => withFile(bytes, (fd) => new Elf(fd))).toThrow(NotElf)
})

it.skipIf(!linux)('a damaged file is refused or read in part, and never anything else', () => {
  const head = readFileSync(process.execPath).subarray(0, 64)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { maxLength: 12 }), fc.uint8Array({ maxLength: 2000 }), (changes, tail) => {
      const bytes = Buffer.concat([head, tail])
      for (const [at, value] of changes) bytes[at] = value
      try {
        withFile(bytes, (fd) => {
          const elf = new Elf(fd)
          elf.functions(['SSL_read'])
          return [elf.buildId, elf.needed]
        })
      } catch (error) {
        expect(error).toBeInstanceOf(NotElf)
      }
    }),
    { numRuns: 300 },
  )
})
