import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sequences } from './parcel.ts'
import { Spool } from './spool.ts'
import { Spools } from './spools.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const section = (byte: number, length = 1000) => new Uint8Array(length).fill(byte)
const fill = (spool: Spool, count: number, length = 1000) => {
  const sequences = new Sequences('agent')
  return Array.from({ length: count }, (_, i) => {
    const bytes = section(i, length)
    const parcel = sequences.next(i % 3, 5, bytes)
    return { parcel, place: spool.write(parcel, bytes) }
  })
}

describe('spool', () => {
  it('gives back what was written, in its order, also after a restart', async () => {
    const path = join(folder, 'a')
    const written = fill(new Spool(path), 20)
    const spool = new Spool(path)
    const loaded = spool.load()
    expect(loaded.map(({ parcel }) => parcel)).toEqual(written.map(({ parcel }) => parcel))
    for (const [i, { place }] of loaded.entries()) expect(await spool.read(place)).toEqual(section(i))
    expect(spool.bytes).toBe(20 * (1000 + 128))
  })

  it('leaves nothing behind when all was sent', () => {
    const path = join(folder, 'a')
    const spool = new Spool(path)
    const written = fill(spool, 40, 1 << 20)
    expect(readdirSync(path).length).toBe(3)
    for (const { place } of written.slice(0, 20)) spool.done(place)
    expect(readdirSync(path).length).toBe(2)
    for (const { place } of written.slice(20)) spool.done(place)
    spool.close()
    expect(spool.bytes).toBe(0)
    expect(existsSync(path)).toBe(false)
  })

  it('leaves out a record that is cut or damaged, and what follows it', () => {
    const path = join(folder, 'a')
    fill(new Spool(path), 5)
    const file = join(path, readdirSync(path)[0])
    const bytes = readFileSync(file)
    truncateSync(file, bytes.length - 1)
    expect(new Spool(path).load().length).toBe(4)
    bytes[2 * 1128 + 500] ^= 1
    writeFileSync(file, bytes)
    expect(new Spool(path).load().length).toBe(2)
    writeFileSync(file, '')
    appendFileSync(file, 'nothing of ours')
    expect(new Spool(path).load()).toEqual([])
    expect(existsSync(file)).toBe(false)
  })

  it('takes over what the dead left, not what the living have', () => {
    const dead = new Spools(folder, 'dead')
    fill(dead.own, 3)
    writeFileSync(join(folder, 'dead', 'owner.json'), JSON.stringify({ host: 'elsewhere', pid: 1 }))
    expect(new Spools(folder, 'a').orphans.length).toBe(0)
    rmSync(join(folder, 'a'), { recursive: true })
    const owner = readFileSync(join(folder, 'dead', 'owner.json'), 'utf8')
    writeFileSync(join(folder, 'dead', 'owner.json'), owner.slice(0, 5))
    const heir = new Spools(folder, 'b')
    expect(heir.orphans.map((spool) => spool.load().length)).toEqual([3])
    heir.close()
    expect(readdirSync(folder)).toEqual(['dead'])
  })
})
