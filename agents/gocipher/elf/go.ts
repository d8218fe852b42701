import type { Elf } from './elf.ts'

/** Of the table's form since Go 1.20, and of 1.18 and 1.19 (runtime/symtab.go, `pcHeader`). */
const MAGICS = [0xfffffff1, 0xfffffff0]
const ENTRY = 8

/** Where in the file a function of a Go program lies, by the table that Go's runtime itself uses: it is there in stripped programs too. */
export function goFunction(elf: Elf, name: string): number | 'absent' | 'unreadable' {
  const table = elf.section('.gopclntab') ?? elf.section('.data.rel.ro.gopclntab')
  if (!table || table.length < 72) return 'unreadable'
  const wanted = Buffer.from(`\0${name}\0`, 'latin1')
  if (!table.includes(wanted)) return 'absent'
  if (!MAGICS.includes(table.readUInt32LE(0)) || table[7] !== 8) return 'unreadable'
  const word = (index: number): number => Number(table.readBigUInt64LE(8 + 8 * index))
  const [count, , start, names, , , , functions] = Array.from({ length: 8 }, (_, index) => word(index))
  const text = start || elf.address('.text')
  const nameAt = table.indexOf(wanted, names) + 1 - names
  if (text === undefined || functions + count * ENTRY > table.length) return 'unreadable'
  for (let index = 0; index < count; index++) {
    const at = functions + table.readUInt32LE(functions + index * ENTRY + 4)
    if (at + ENTRY > table.length) return 'unreadable'
    if (table.readInt32LE(at + 4) !== nameAt) continue
    return elf.offsetOf(text + table.readUInt32LE(at)) ?? 'unreadable'
  }
  return 'absent'
}
