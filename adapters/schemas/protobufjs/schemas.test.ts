import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { afterAll, describe, expect, it } from 'vitest'
import { SchemaRefused } from '../port.ts'
import { loadSchemas } from './schemas.ts'

const folder = mkdtempSync(join(tmpdir(), 'spider-schemas-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const types = file(
  'types.proto',
  'syntax = "proto3"; package shop; enum Size { SMALL = 0; LARGE = 1; } message Item { int64 item_id = 1; Size size = 2; bytes raw = 3; }',
)
const service = file(
  'shop.proto',
  `syntax = "proto3"; package shop; import "types.proto"; import "google/protobuf/timestamp.proto";
   message Ask { string name = 1; google.protobuf.Timestamp at = 2; }
   service Items { rpc Find(Ask) returns (stream Item); }`,
)
const ITEM = Uint8Array.from([8, 150, 1, 16, 1, 26, 2, 1, 2])

describe('schemas', () => {
  it('of .proto files give names to fields, with what they import', async () => {
    const schemas = await loadSchemas([service])
    expect(schemas.methods).toEqual(['/shop.Items/Find'])
    expect(JSON.parse(schemas.message('/shop.Items/Find', 'response', ITEM)!)).toEqual({ item_id: '150', size: 'LARGE', raw: 'AQI=' })
    expect(JSON.parse(schemas.message('/shop.Items/Find', 'request', Uint8Array.from([10, 1, 120]))!)).toEqual({ name: 'x' })
    expect(schemas.message('/shop.Items/Other', 'request', ITEM)).toBeUndefined()
  })

  it('of a set of descriptors do so too', async () => {
    const root = await new protobuf.Root().load(types, { keepCase: true })
    root.add(new protobuf.Namespace('shop2').add(new protobuf.Service('S').add(new protobuf.Method('M', 'rpc', 'shop.Item', 'shop.Item'))))
    root.resolveAll()
    const { FileDescriptorSet } = (await import('protobufjs/ext/descriptor/index.js')).default as unknown as {
      FileDescriptorSet: protobuf.Type
    }
    const set = (root as unknown as { toDescriptor(syntax: string): protobuf.Message }).toDescriptor('proto3')
    const schemas = await loadSchemas([file('set.bin', FileDescriptorSet.encode(set).finish())])
    expect(JSON.parse(schemas.message('/shop2.S/M', 'request', ITEM)!)).toMatchObject({ size: 'LARGE' })
  })

  it('of a folder are read once, also where a ConfigMap is mounted: its files lie in a hidden folder, and are linked', async () => {
    mkdirSync(join(folder, 'mounted/..2026'), { recursive: true })
    file('mounted/..2026/bad.proto', 'message {')
    file('mounted/shop.proto', 'syntax = "proto3"; message M {} service Mounted { rpc A (M) returns (M); }')
    expect((await loadSchemas([join(folder, 'mounted')])).methods).toEqual(['/Mounted/A'])
  })

  it('of a folder import each other from beside and from its top', async () => {
    for (const sub of ['all/api', 'all/model', 'empty']) mkdirSync(join(folder, sub), { recursive: true })
    file('all/model/item.proto', 'syntax = "proto3"; package m; message Item { string item_name = 1; }')
    file('all/api/more.proto', 'syntax = "proto3"; package m; message More { int32 more = 1; }')
    file(
      'all/api/shop.proto',
      'syntax = "proto3"; package a; import "model/item.proto"; import "more.proto"; service Shop { rpc Find(m.Item) returns (m.More); }',
    )
    file('all/README.md', 'no schema')
    const schemas = await loadSchemas([join(folder, 'all')])
    expect(schemas.message('/a.Shop/Find', 'request', Uint8Array.from([10, 1, 120]))).toBe('{"item_name":"x"}')
    await expect(loadSchemas([join(folder, 'empty')])).rejects.toThrow(SchemaRefused)
  })

  it('that cannot be used are refused in a sentence', async () => {
    for (const path of [file('bad.proto', 'message {'), join(folder, 'none.proto'), file('bad.bin', 'no')]) {
      await expect(loadSchemas([path])).rejects.toThrow(SchemaRefused)
      await expect(loadSchemas([path])).rejects.toThrow(path)
    }
  })

  it('never throw on bytes', async () => {
    const schemas = await loadSchemas([service])
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void schemas.message('/shop.Items/Find', 'response', bytes)))
  })
})
