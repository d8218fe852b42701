import { problemOf, Unreachable, url } from './api.ts'

/** Changes a resource, and answers what the server says of it. Throws `Problem`, or `Unreachable`. */
export async function change<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  let response: Response
  try {
    response = await fetch(url(path), { method, ...content })
  } catch (error) {
    throw new Unreachable('the server does not answer', { cause: error })
  }
  const text = await response.text()
  if (!response.ok) throw problemOf(response, text)
  return (text === '' ? undefined : JSON.parse(text)) as T
}
