import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'
import { refine } from '../refine.ts'
import { compare, earlier, endpointsOf } from './compare.ts'
import { bands, bends, curve, nearest, slowest } from './draw.ts'
import { carriedOver, edited, readEdits, toggled, UNTOUCHED, withValue } from './edits.ts'
import { looksLikeGateway, withoutGateways } from './gateways.ts'
import { bareAddresses, errorShare, type Row, toGraph } from './graph.ts'
import { type Grouping, groupOf } from './group.ts'
import { depths, layOut } from './layout.ts'
import { termOfLink, termOfNode } from './terms.ts'

const row = (client: string, server: string, outcome: string, count: number, more: Partial<Row> = {}): Row => ({
  key: [client, server, 'http', outcome],
  count,
  errors: outcome === '5xx' ? count : 0,
  bytes: count * 100,
  mean: 1e6,
  max: 2e6,
  p99: 2e6,
  ...more,
})
const run = (...given: Parameters<typeof layOut>) => {
  const steps = layOut(...given)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

describe('groups', () => {
  it.each<[string, Grouping, string]>([
    ['10.0.0.7', 'service', '10.0.0.7'],
    ['fe80::1', 'namespace', 'fe80::1'],
    ['orders-7d9f8b6c5d-x2k4p.shop', 'replicas', 'orders-*.shop'],
    ['orders-7d9f8b6c5d-x2k4p.shop', 'service', 'orders'],
    ['db-0.db.shop.svc.cluster.local', 'replicas', 'db-*.db.shop.svc.cluster.local'],
    ['db-0.db.shop.svc.cluster.local', 'namespace', 'shop'],
    ['orders.shop.svc', 'namespace', 'shop'],
    ['web12', 'replicas', 'web-*'],
    ['agent-x7k2p', 'service', 'agent'],
    ['order-proxy', 'service', 'order-proxy'],
    ['gateway.shop.test', 'namespace', 'shop.test'],
    ['gateway.shop.test', 'service', 'gateway'],
    ['localhost', 'namespace', 'localhost'],
    ['gateway.shop.test', 'host', 'gateway.shop.test'],
  ])('%s by %s is %s', (address, by, name) => expect(groupOf(address, by)).toBe(name))

  it('lets rules of an edited map come first', () => {
    const rules = [{ pattern: '10.0.*', name: 'Cluster' }]
    expect(groupOf('10.0.3.4', 'host', rules)).toBe('Cluster')
    expect(groupOf('10x0.3.4', 'host', rules)).toBe('10x0.3.4')
  })
})

describe('the graph', () => {
  const rows = [
    row('a-1', 'gateway', '2xx', 6),
    row('a-2', 'gateway', '5xx', 2),
    row('gateway', 'orders', '2xx', 10, { mean: 3e6 }),
    row('gateway', 'orders', '5xx', 10, { mean: 5e6 }),
  ]

  it('gathers addresses into nodes and outcomes into links, the worst first', () => {
    const { nodes, links } = toGraph(rows, 'replicas')
    expect(nodes.map(({ id, members }) => [id, members])).toEqual([
      ['a-*', ['a-1', 'a-2']],
      ['gateway', ['gateway']],
      ['orders', ['orders']],
    ])
    expect(links.map(({ from, to, count, errors, flows }) => [from, to, count, errors, flows.map(({ outcome }) => outcome)])).toEqual([
      ['a-*', 'gateway', 8, 2, ['5xx', '2xx']],
      ['gateway', 'orders', 20, 10, ['5xx', '2xx']],
    ])
    expect(links[1].mean).toBe(4e6)
    expect(errorShare(links[1])).toBe(0.5)
  })

  it('shares what a hidden gateway asked among its callers', () => {
    const graph = toGraph(rows, 'host')
    expect(looksLikeGateway(graph, 'gateway')).toBe(true)
    expect(looksLikeGateway(graph, 'orders')).toBe(false)
    const { nodes, links } = withoutGateways(graph, ['gateway'])
    expect(nodes.map(({ id }) => id)).toEqual(['a-1', 'a-2', 'orders'])
    expect(links.map(({ from, to, count, through }) => [from, to, count, through])).toEqual([
      ['a-1', 'orders', 15, ['gateway']],
      ['a-2', 'orders', 5, ['gateway']],
    ])
  })

  it('loses no call, however it is grouped and in whatever order it came', () => {
    const host = fc.constantFrom('a-1', 'a-2', 'b.x.svc', 'c', '10.0.0.1')
    const anyRow = fc.record({ c: host, s: host, o: fc.constantFrom('2xx', '4xx', '5xx'), n: fc.integer({ min: 1, max: 99 }) })
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 30 }),
        fc.constantFrom<Grouping>('host', 'replicas', 'service', 'namespace'),
        (given, by) => {
          const all = given.map(({ c, s, o, n }) => row(c, s, o, n))
          const { nodes, links } = toGraph(all, by)
          const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
          const total = sum(all.map(({ count }) => count))
          expect(sum(links.map(({ count }) => count)) + sum(nodes.map(({ within }) => within))).toBe(total)
          expect(sum(nodes.map(({ served }) => served.count))).toBe(total)
          const other = toGraph(all.toReversed(), by)
          expect(other.links.map(({ id, count }) => [id, count])).toEqual(links.map(({ id, count }) => [id, count]))
        },
      ),
    )
  })

  it('is edited: hidden nodes go with their links', () => {
    const graph = edited(toGraph(rows, 'host'), { hidden: ['a-2'], gateways: [] })
    expect(graph.links.map(({ from }) => from)).toEqual(['a-1', 'gateway'])
    expect(toggled(['x'], 'x')).toEqual([])
    expect(withValue({ a: 'b' }, 'a', '')).toEqual({})
  })

  it('reads edits that were kept, and leaves out what is none', () => {
    expect(readEdits(undefined)).toEqual(UNTOUCHED)
    expect(
      readEdits({
        names: { a: 'A', b: 7 },
        rules: [{ pattern: 'x*', name: 'X' }, 3],
        hidden: 'no',
        places: { a: { x: 1, y: 2 }, b: { x: 'n' } },
      }),
    ).toEqual({
      ...UNTOUCHED,
      names: { a: 'A' },
      rules: [{ pattern: 'x*', name: 'X' }],
      places: { a: { x: 1, y: 2 } },
    })
  })

  it('says its calls in the language of filters', () => {
    const { nodes, links } = toGraph([row('a-1', 'orders', '2xx', 1), row('a-2', 'orders', '2xx', 1)], 'replicas')
    expect(refine('method:GET', termOfNode(nodes[1]))).toBe('method:GET (client.domain:orders or server.domain:orders)')
    expect(refine('', termOfLink(links[0], nodes[0], nodes[1]))).toBe(
      '(client.domain:a-1 or client.domain:a-2) server.domain:orders protocol:http',
    )
    const through = { ...links[0], through: ['gateway'] }
    expect(refine('a or b', termOfLink(through, nodes[0], nodes[1]))).toBe('(a or b) server.domain:orders protocol:http')
    for (const negate of [false, true]) expect(parse(refine('x', termOfLink(links[0], nodes[0], nodes[1]), negate)).ok).toBe(true)
  })
})

describe('names that became known later', () => {
  const names = new Map([['10.2.0.7', 'orders.shop']])
  const rows = [row('web', '10.2.0.7', '2xx', 2), row('web', 'orders.shop', '2xx', 3), row('web', '10.2.0.9', '2xx', 1)]

  it('make one node of the address and its name, whose calls are those of both', () => {
    expect(bareAddresses(rows)).toEqual(['10.2.0.7', '10.2.0.9'])
    const { nodes, links } = toGraph(rows, 'host', [], names)
    expect(nodes.map(({ id, members, served }) => [id, members, served.count])).toEqual([
      ['10.2.0.9', ['10.2.0.9'], 1],
      ['orders.shop', ['10.2.0.7', 'orders.shop'], 5],
      ['web', ['web'], 0],
    ])
    expect(links.map(({ to, count }) => [to, count])).toEqual([
      ['10.2.0.9', 1],
      ['orders.shop', 5],
    ])
    const term = print(termOfNode(nodes[1]))
    expect(term).toMatch(/10\.2\.0\.7.*orders\.shop/)
    expect(toGraph(rows, 'service', [], names).nodes.map(({ id }) => id)).toEqual(['10.2.0.9', 'orders', 'web'])
    expect(toGraph(rows, 'host', [{ pattern: '10.2.*', name: 'all' }], names).nodes.find(({ id }) => id === 'all')?.members).toEqual([
      '10.2.0.7',
      '10.2.0.9',
    ])
    const changes = compare(
      endpointsOf([{ key: ['10.2.0.7', 'GET', '/a'], count: 2 }], names),
      endpointsOf([{ key: ['orders.shop', 'GET', '/a'], count: 2 }], names),
      1,
    )
    expect(changes).toEqual([])
  })

  it('take over what was said of the address, where nothing was said of the name', () => {
    const edits = {
      ...UNTOUCHED,
      names: { '10.2.0.7': 'Orders', web: 'Web' },
      notes: { '10.2.0.7': 'old', 'orders.shop': 'own' },
      hidden: ['10.2.0.7'],
      places: { '10.2.0.7': { x: 1, y: 2 } },
    }
    expect(carriedOver(edits, (key) => names.get(key))).toEqual({
      ...UNTOUCHED,
      names: { 'orders.shop': 'Orders', web: 'Web' },
      notes: { 'orders.shop': 'own' },
      hidden: ['orders.shop'],
      places: { 'orders.shop': { x: 1, y: 2 } },
    })
  })
})

describe('the layout', () => {
  const links = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'a' },
    { from: 'b', to: 'd' },
  ]
  it('counts how deep calls lie, calls back left out', () => {
    expect(Object.fromEntries(depths(['a', 'b', 'c', 'd'], links))).toEqual({ a: 0, b: 1, c: 2, d: 2 })
  })

  it('puts callers left, answers the same for the same, and leaves known nodes where they are', () => {
    const first = run(['a', 'b', 'c', 'd'], links, {})
    expect(run(['a', 'b', 'c', 'd'], links, {})).toEqual(first)
    expect(first.get('a')!.x).toBeLessThan(first.get('b')!.x)
    expect(first.get('b')!.x).toBeLessThan(first.get('c')!.x)
    const known = Object.fromEntries(first)
    const more = run(['a', 'b', 'c', 'd', 'e'], [...links, { from: 'b', to: 'e' }], known)
    for (const id of ['a', 'b', 'c', 'd']) expect(more.get(id)).toEqual(first.get(id))
    const [e, c] = [more.get('e')!, more.get('c')!]
    expect(Math.hypot(e.x - c.x, e.y - c.y)).toBeGreaterThan(30)
  })

  it('draws a link as bands of its outcomes, links there and back apart', () => {
    const flow = (outcome: string, count: number) => ({ outcome, count, errors: 0, bytes: 0, mean: 0, max: 0, p99: 0, parts: 1 })
    const drawn = bands({ flows: [flow('5xx', 1), flow('2xx', 99)], count: 100 }, 8)
    expect(drawn.map(({ width }) => width)).toEqual([1.25, 7.92])
    expect(drawn[0].offset).toBeLessThan(drawn[1].offset)
    const bent = bends([
      { id: '1', from: 'a', to: 'b' },
      { id: '2', from: 'b', to: 'a' },
      { id: '3', from: 'a', to: 'c' },
    ])
    expect([...bent.values()]).toEqual([26, 26, 0])
    const { from, to } = curve({ x: 0, y: 0 }, { x: 100, y: 0 }, [10, 10], 0)
    expect([from, to]).toEqual([
      { x: 10, y: 0 },
      { x: 85, y: 0 },
    ])
  })

  it('finds the nearest node in a direction', () => {
    const places = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: 100, y: 10 }],
      ['c', { x: 10, y: 100 }],
    ])
    expect(nearest(places, 'a', { x: 1, y: 0 })).toBe('b')
    expect(nearest(places, 'a', { x: 0, y: 1 })).toBe('c')
    expect(nearest(places, 'a', { x: -1, y: 0 })).toBeUndefined()
  })

  it('knows the slowest links', () => {
    const { links: known } = toGraph([row('a', 'b', '2xx', 1, { mean: 9 }), row('a', 'c', '2xx', 1, { mean: 20 })], 'host')
    expect([...slowest(known, 1)]).toEqual(['a → c http'])
  })
})

describe('two stretches compared', () => {
  const figures = (count: number, errors = 0, mean = 1e7) => ({ count, errors, bytes: 0, mean, max: 0, p99: 0, parts: 1 })
  it('ranks what failed, came, went and slowed down by the calls concerned', () => {
    const before = new Map([
      ['same', figures(100)],
      ['fails', figures(100)],
      ['slow', figures(100)],
      ['gone', figures(40)],
      ['chance', figures(10, 1)],
    ])
    const now = new Map([
      ['same', figures(100)],
      ['fails', figures(100, 20)],
      ['slow', figures(100, 0, 4e7)],
      ['new', figures(30)],
      ['chance', figures(10, 2)],
    ])
    expect(compare(now, before, 1).map(({ id, kind, words }) => [id, kind, words])).toEqual([
      ['fails', 'failing', '0 % → 20 % of calls failed'],
      ['slow', 'slower', 'mean 10.0 ms → 40.0 ms (× 4.0)'],
      ['gone', 'gone', '40 calls before, none now'],
      ['new', 'new', '30 calls now, none before'],
    ])
  })

  it('finds nothing between a stretch and itself', () => {
    const any = fc.dictionary(fc.string(), fc.record({ count: fc.nat(), errors: fc.nat(), mean: fc.nat() }))
    fc.assert(
      fc.property(any, (given) => {
        const measured = new Map(
          Object.entries(given).map(([id, { count, errors, mean }]) => [id, figures(count, Math.min(errors, count), mean)]),
        )
        expect(compare(measured, measured, 1)).toEqual([])
      }),
    )
  })

  it('folds ids in paths', () => {
    const all = endpointsOf([
      { key: ['orders', 'GET', '/items/1'], count: 2 },
      { key: ['orders', 'GET', '/items/2'], count: 3 },
      { key: ['db', 'SELECT', null], count: 1 },
    ])
    expect([...all].map(([id, { count }]) => [id, count])).toEqual([
      ['GET orders/items/{id}', 5],
      ['SELECT db', 1],
    ])
  })

  it('knows the stretch to compare with', () => {
    expect(earlier('before', { from: 1000, to: 1500 })).toEqual({ from: 500, to: 1000 })
    expect(earlier('day', { from: 86_400_000, to: 86_400_001 })).toEqual({ from: 0, to: 1 })
    expect(earlier('100~200', { from: 0, to: 1 })).toEqual({ from: 100, to: 200 })
    expect(earlier('nonsense', { from: 0, to: 1 })).toBeUndefined()
  })
})
