import { effect } from '@preact/signals'
import { again, missed } from '../widgets/part.ts'
import { doubt, renewed } from './connection.ts'

// A part of the page that could not be had is often the first to tell that the server is gone.
effect(() => {
  if (missed.value > 0) void doubt()
})
effect(() => {
  if (renewed.value > 0) again.value = again.peek() + 1
})
