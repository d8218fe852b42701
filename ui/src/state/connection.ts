import { signal } from '@preact/signals'

/** Whether the server answered last time, and when it is asked again (ms since 1970). */
export const reachable = signal(true)
export const retryAt = signal(0)
/** Counts up when what is shown has to be read again: the server is back, or a file brought more. */
export const renewed = signal(0)

const FIRST_WAIT = 1000
const LONGEST_WAIT = 10_000
let wait = FIRST_WAIT
let timer: ReturnType<typeof setTimeout> | undefined

export function found(): void {
  if (reachable.value) return
  clearTimeout(timer)
  timer = undefined
  wait = FIRST_WAIT
  reachable.value = true
  renewed.value++
}

export function lost(): void {
  reachable.value = false
  if (timer === undefined) later()
}

function later(): void {
  retryAt.value = Date.now() + wait
  timer = setTimeout(retry, wait)
  wait = Math.min(wait * 2, LONGEST_WAIT)
}

/** Asks whether the server is there; called again by itself until it is. */
export async function retry(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  if (await answers()) found()
  else if (timer === undefined) later()
}

/** Asks whether the server is there after all: something broke off that may have its own reasons. */
export async function doubt(): Promise<void> {
  if (reachable.value && !(await answers())) lost()
}

const answers = async (): Promise<boolean> => (await fetch('/healthz').catch(() => undefined))?.ok ?? false
