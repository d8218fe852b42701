import { expect, it } from 'vitest'
import { CaptureReader } from './reader.ts'
import { SectionWriter } from './writer.ts'

it('names of addresses go into a section and come out of it', () => {
  const names = [
    { ip: '10.2.0.7', name: 'orders' },
    { ip: '2001:db8::1', name: 'gateway.shop.example' },
    { ip: '10.2.0.8', name: 'abc' },
  ]
  const writer = new SectionWriter()
  writer.names([])
  writer.names(names)
  const read: { ip: string; name: string }[] = []
  const reader = new CaptureReader({ packet: () => {}, name: (ip, name) => read.push({ ip, name }) })
  reader.receive(writer.finish())
  reader.end()
  expect(reader.problem).toBeUndefined()
  expect(read).toEqual(names)
  expect(() => writer.names([{ ip: 'orders', name: 'x' }])).toThrow(RangeError)
})
