import { computed, signal } from '@preact/signals'
import { following, paused } from './place.ts'

/** Whether anybody can see the page: one in the background asks for nothing and holds no connection, of which browsers have few for all pages of a server. */
export const seen = signal(!document.hidden)
document.addEventListener('visibilitychange', () => {
  seen.value = !document.hidden
})

/** Whether what is looked at goes on by itself. */
export const moving = computed(() => following.value && !paused.value && seen.value)
