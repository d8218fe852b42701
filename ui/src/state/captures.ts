import { signal } from '@preact/signals'
import type { Upload } from '#events/documents/upload.ts'
import { plural } from '../logic/format.ts'
import { problemOf, read, report, url } from './api.ts'
import { lost, renewed } from './connection.ts'
import { extent, lookAtAll, readExtent } from './extent.ts'

/** A capture file on its way: sent to the server, then read by it. */
export interface Transfer {
  key: number
  name: string
  bytes: number
  /** `sending` and `reading` count `done` of `bytes`. */
  state: 'sending' | 'reading' | 'done' | 'failed'
  done: number
  packets: number
  /** Of an HTTP Archive, which has no packets. */
  calls?: number
  message?: string
}

export const transfers = signal<Transfer[]>([])
const POLL = 400
let keys = 0

const change = (key: number, news: Partial<Transfer>): void => {
  transfers.value = transfers.value.map((transfer) => (transfer.key === key ? { ...transfer, ...news } : transfer))
}

export const dismiss = (key: number): void => {
  transfers.value = transfers.value.filter((transfer) => transfer.key !== key)
}

/** Names of files with secrets of TLS sessions, not packets. */
const KEY_LOG = /\.(keys|keylog|log|txt)$/i

/** Sends a key log; what it opens is read again within moments. */
async function open(file: File, key: number): Promise<void> {
  const answer = await fetch(url('/keylogs'), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: file })
  const text = await answer.text()
  if (!answer.ok) throw problemOf(answer, text)
  const {
    sessions,
    rereads,
    malformed_lines: malformed,
  } = JSON.parse(text) as { sessions: number; rereads: number; malformed_lines: number }
  const unused = malformed > 0 ? `; ${plural(malformed, 'line')} could not be used` : ''
  change(key, {
    state: 'done',
    done: file.size,
    message: `secrets of ${plural(sessions, 'session')}, ${plural(rereads, 'connection')} read again${unused}`,
  })
  renewed.value++
}

/** Sends files to be analysed, one after the other, and follows each until it is read. */
export async function analyse(files: File[]): Promise<void> {
  const queued = files.map((file) => ({ file, key: ++keys }))
  transfers.value = [
    ...transfers.value,
    ...queued.map(({ file, key }): Transfer => ({ key, name: file.name, bytes: file.size, state: 'sending', done: 0, packets: 0 })),
  ]
  for (const { file, key } of queued) {
    try {
      if (KEY_LOG.test(file.name)) await open(file, key)
      else await follow(await send(file, (done) => change(key, { done })), key)
    } catch (error) {
      change(key, { state: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** XMLHttpRequest, as fetch does not tell how much was sent. */
const send = (file: File, progress: (done: number) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url('/captures', { name: file.name }))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.addEventListener('progress', (event) => progress(event.loaded))
    request.addEventListener('load', () => {
      if (request.status === 202) resolve((JSON.parse(request.responseText) as { id: string }).id)
      else reject(problemOf(request, request.responseText))
    })
    request.addEventListener('error', () => {
      lost()
      reject(new Error('the connection to the server broke off; drop the file again when it is back'))
    })
    request.send(file)
  })

async function follow(id: string, key: number): Promise<void> {
  const first = !extent.value?.total
  for (;;) {
    let state: Transfer['state'] = 'reading'
    try {
      const capture = await read<Upload>(`/captures/${id}`)
      state = capture.state
      change(key, {
        state,
        bytes: capture.bytes,
        done: capture.read,
        packets: capture.packets,
        calls: capture.calls,
        message: capture.message,
      })
    } catch (error) {
      report(error, (message) => {
        state = 'failed'
        change(key, { state, message })
      })
    }
    if (state === 'done') {
      if (first) await lookAtAll()
      else {
        await readExtent()
        renewed.value++
      }
    }
    if (state !== 'reading') return
    await new Promise((resolve) => setTimeout(resolve, POLL))
  }
}
