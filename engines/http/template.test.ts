import { describe, expect, it } from 'vitest'
import { readRules, templateOf } from './template.ts'

describe('the template of a path', () => {
  it.each([
    ['/', '/'],
    ['', ''],
    ['*', '*'],
    ['/items/7', '/items/{id}'],
    ['/items/-7', '/items/{id}'],
    ['/geo/48.137,11.575', '/geo/48.137,11.575'],
    ['/price/9.50', '/price/{id}'],
    ['/api/v1/users/42/orders/9', '/api/v1/users/{id}/orders/{id}'],
    ['/u/9F86D081-884c-4d65-9a2f-eaa0c55ad015/x', '/u/{uuid}/x'],
    ['/blob/9f86d081884c7d65', '/blob/{hex}'],
    ['/feedback/deadbeef/facade', '/feedback/deadbeef/facade'],
    ['/days/2026-01-05', '/days/{date}'],
    ['/days/2026-01', '/days/{date}'],
    ['/days/20260105', '/days/{date}'],
    ['/at/2026-01-05T10:00:00.5Z/x', '/at/{date}/x'],
    ['/q/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/q/{ulid}'],
    ['/hosts/10.2.0.7', '/hosts/{ip}'],
    ['/people/ann@shop.example', '/people/{email}'],
    ['/people/ann%40shop.example', '/people/{email}'],
    ['/t/aB3dE5fG7hI9jK1lM', '/t/{token}'],
    ['/img/123.png', '/img/{id}.png'],
    ['/img/9f86d081884c7d65.json', '/img/{hex}.json'],
    ['/orders/order-123', '/orders/order-{id}'],
    ['/orders/order_9f86d081-884c-4d65-9a2f-eaa0c55ad015', '/orders/order_{uuid}'],
    ['/v2/http2/oauth2', '/v2/http2/oauth2'],
    ['/assets/index-DwLmNPvP.css', '/assets/index-DwLmNPvP.css'],
    ['/a//b/', '/a//b/'],
  ])('%s is %s', (path, template) => expect(templateOf(path)).toBe(template))

  it('is its own template', () => {
    for (const path of ['/items/7', '/u/9F86D081-884c-4d65-9a2f-eaa0c55ad015/x', '/img/123.png', '/orders/order-123'])
      expect(templateOf(templateOf(path))).toBe(templateOf(path))
  })

  it.each([
    ['/users/ann/orders/7', '/users/{name}/orders/{id}'],
    ['/users/me', '/users/me'],
    ['/users/bob', '/users/{name}'],
    ['/users/', '/users/'],
    ['/users/bob/x', '/users/bob/x'],
  ])('by rules: %s is %s', (path, template) =>
    expect(templateOf(path, ['/users/me', '/users/{name}', '/users/{name}/orders/{id}'])).toBe(template),
  )

  it('rules are read line by line, and what is none is told', () => {
    const { rules, faults } = readRules('# mine\n/users/{name}\n\n users\n/a/{b\n')
    expect(rules).toEqual(['/users/{name}'])
    expect(faults.map((fault) => fault.slice(0, 6))).toEqual(['Line 4', 'Line 5'])
  })
})
