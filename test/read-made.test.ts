import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byId, cannotMakeBig, fromDocument, fromTruth, makeBig } from './support/make-big.ts'
import { read } from './support/spider.ts'

// Captures made from a seed, in every mode that there is, each held against what is known to be in it.
const SIZE = ['--bytes', '20M', '--exchanges', '6']
const MODES: [name: string, options: string[]][] = [
  ['plain', []],
  ['many short connections', ['--exchanges', '1', '--body-mean', '1K']],
  ['reordered', ['--reorder', '0.05']],
  ['retransmitted', ['--retransmit', '0.05']],
  ['captured twice', ['--duplicate', '0.2']],
  ['reordered, retransmitted and captured twice', ['--reorder', '0.03', '--retransmit', '0.03', '--duplicate', '0.05']],
  ['pipelined', ['--pipeline', '0.5', '--pipeline-head']],
  ['seen on both sides, in one file', ['--both-sides', '--offset', '-2500']],
  ['seen on both sides, in one file, reordered', ['--both-sides', '--reorder', '0.03', '--retransmit', '0.03']],
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-made-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

if (cannotMakeBig) console.error(`read-made: ${cannotMakeBig}`)

describe.skipIf(cannotMakeBig)('a made capture', () => {
  it.each(MODES)('%s: exactly the exchanges that are in it, with both bodies', async (name, options) => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.pcap`)
    const truth = makeBig(file, '--seed', '11', ...SIZE, ...options)
    const { documents } = await read(file)
    expect(documents.length).toBe(truth.length)
    expect(byId(documents.map(fromDocument))).toEqual(byId(truth.map(fromTruth)))
    expect(documents.filter(({ spider }) => spider.status !== 'complete')).toEqual([])
    rmSync(file)
  })

  it('seen on both sides, in two files: each exchange once', async () => {
    const [one, two] = [join(folder, 'one.pcap'), join(folder, 'two.pcap')]
    const truth = makeBig(one, '--second', two, '--seed', '12', ...SIZE, '--offset', '2500')
    const { documents } = await read(one, two)
    expect(byId(documents.map(fromDocument))).toEqual(byId(truth.map(fromTruth)))
    expect(documents.filter(({ spider }) => spider.status !== 'complete')).toEqual([])
  })

  it('with loss: what is whole is whole, what is not says what is missing', async () => {
    const file = join(folder, 'loss.pcap')
    const truth = makeBig(file, '--seed', '13', ...SIZE, '--loss', '0.002')
    const { documents } = await read(file)
    const damaged = new Set(truth.filter((exchange) => exchange.damaged).map(({ id }) => id))
    expect(damaged.size).toBeGreaterThan(5)
    const told = new Map(documents.map((document) => [fromDocument(document).id, document]))
    const whole = truth.filter((exchange) => !exchange.damaged)
    expect(byId(whole.map(({ id }) => fromDocument(told.get(id)!)))).toEqual(byId(whole.map(fromTruth)))
    expect(whole.filter(({ id }) => told.get(id)!.spider.status !== 'complete').map(({ id }) => id)).toEqual([])
    for (const document of documents) {
      const { id } = fromDocument(document)
      if (document.spider.status === 'complete') expect(damaged.has(id), `${id} lost data`).toBe(false)
      else expect(document.spider.missing.length, `${id} says what is missing`).toBeGreaterThan(0)
    }
  })

  it('with loss on both sides, each fills the gaps of the other', async () => {
    const file = join(folder, 'filled.pcap')
    const truth = makeBig(file, '--seed', '14', ...SIZE, '--loss', '0.002', '--both-sides')
    const { documents } = await read(file)
    const whole = new Set(truth.filter((exchange) => !exchange.damaged).map(({ id }) => id))
    const complete = documents.filter(({ spider }) => spider.status === 'complete').map(fromDocument)
    expect(byId(complete)).toEqual(byId(truth.filter(({ id }) => whole.has(id)).map(fromTruth)))
  })
})
