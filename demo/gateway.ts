import type { Answer, Caller } from './call.ts'
import type { Reply, Route } from './service.ts'

const PAGE = `<!doctype html><title>Tea shop</title><h1>Tea shop</h1>${'<p>Everything for a cup of tea.</p>'.repeat(20)}`

/** The shop's front door: it hands calls on to the services behind it. */
export function gatewayRoutes(call: Caller): Route[] {
  return [
    ['GET', /^\/$/, () => ({ body: PAGE, type: 'text/html; charset=utf-8' })],
    ['GET', /^\/api\/products$/, async ({ trace }) => through(await call('catalogue', { target: '/items', trace }))],
    [
      'GET',
      /^\/api\/products\/(\d+)$/,
      async ({ parts, headers, trace }) =>
        through(await call('catalogue', { target: `/items/${parts[0]}`, headers: only(headers['if-none-match']), trace })),
    ],
    ['GET', /^\/api\/search$/, async ({ url, trace }) => through(await call('catalogue', { target: `/search${url.search}`, trace }))],
    ['GET', /^\/api\/export\.csv$/, async ({ trace }) => through(await call('catalogue', { target: '/export.csv', trace }))],
    [
      'POST',
      /^\/api\/orders$/,
      async ({ body, trace }) =>
        through(await call('orders', { method: 'POST', target: '/orders', body: JSON.parse(body.toString()) as object, trace })),
    ],
    ['GET', /^\/api\/orders\/(\d+)$/, async ({ parts, trace }) => through(await call('orders', { target: `/orders/${parts[0]}`, trace }))],
    [
      'DELETE',
      /^\/api\/orders\/(\d+)$/,
      async ({ parts, trace }) => through(await call('orders', { method: 'DELETE', target: `/orders/${parts[0]}`, trace })),
    ],
    ['POST', /^\/login$/, ({ body }) => login(new URLSearchParams(body.toString()))],
  ]
}

const only = (etag: string | undefined): Record<string, string> => (etag === undefined ? {} : { 'if-none-match': etag })

const login = (form: URLSearchParams): Reply =>
  form.get('password') === 'earl grey'
    ? { status: 303, headers: { location: '/', 'set-cookie': `session=${form.get('user')}; HttpOnly` } }
    : { status: 401, headers: { 'www-authenticate': 'Form' }, body: { error: 'wrong password' } }

/** The answer of the service behind, as the gateway's own. */
const through = ({ status, headers, body }: Answer): Reply => ({
  status,
  headers: headers.etag === undefined ? {} : { etag: headers.etag },
  body: body.toString(),
  type: headers['content-type'],
})
