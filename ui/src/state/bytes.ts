import { type Parameters, problemOf, Unreachable, url } from './api.ts'
import { lost } from './connection.ts'

/** Reads a resource as bytes. Throws `Problem`, `Unreachable`, or the abort of `stop`. */
export async function readBytes(path: string, parameters: Parameters, stop?: AbortSignal): Promise<Uint8Array> {
  const response = await ask(url(path, parameters), { signal: stop })
  return new Uint8Array(await response.arrayBuffer())
}

/** Reads text by its whole address. Throws as `readBytes` does. */
export async function readText(address: string, stop?: AbortSignal): Promise<string> {
  return (await ask(address, { signal: stop })).text()
}

/** Sends JSON, and reads the answer. Throws `Problem` or `Unreachable`. */
export async function send<T>(path: string, body: unknown): Promise<T> {
  const response = await ask(url(path), { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  return (await response.json()) as T
}

async function ask(address: string, options: RequestInit): Promise<Response> {
  const response = await fetch(address, options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    lost()
    throw new Unreachable('the server does not answer', { cause: error })
  })
  if (response.ok) return response
  const text = await response.text()
  throw problemOf(response, text)
}
