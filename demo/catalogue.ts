import { pause, type Route } from './service.ts'

export interface Item {
  id: number
  name: string
  price: number
  stock: number
  description: string
}

const NAMES = ['teapot', 'kettle', 'cup', 'saucer', 'strainer', 'caddy', 'spoon', 'tray', 'cosy', 'whisk', 'jug', 'tin']

/** What the shop sells: sixty items that never change, so that a call's answer can be known beforehand. */
export const ITEMS: readonly Item[] = Array.from({ length: 60 }, (_, index) => ({
  id: index + 1,
  name: `${['small', 'red', 'large', 'blue', 'glass'][index % 5]} ${NAMES[index % NAMES.length]}`,
  price: 350 + ((index * 137) % 4000),
  stock: index % 13 === 12 ? 0 : 100,
  description: 'Made by hand, washes well, and lasts. '.repeat(1 + (index % 8)),
}))

/** One story to find: `/search` reads the whole catalogue for each call, and is slow. */
export const catalogueRoutes: Route[] = [
  ['GET', /^\/items$/, () => ({ body: { items: ITEMS }, headers: { 'cache-control': 'max-age=60' } })],
  [
    'GET',
    /^\/items\/(\d+)$/,
    ({ parts, headers }) => {
      const item = ITEMS.find(({ id }) => id === Number(parts[0]))
      if (!item) return { status: 404, body: { error: `no item ${parts[0]}` } }
      const etag = `"item-${item.id}"`
      return headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { body: item, headers: { etag } }
    },
  ],
  [
    'GET',
    /^\/search$/,
    async ({ url }) => {
      await pause(600)
      const words = url.searchParams.get('q') ?? ''
      return { body: { q: words, items: ITEMS.filter(({ name }) => name.includes(words)) } }
    },
  ],
  [
    'GET',
    /^\/export\.csv$/,
    () => ({ body: ['id,name,price\n', ...ITEMS.map(({ id, name, price }) => `${id},${name},${price}\n`).slice(0, 12)] }),
  ],
]
