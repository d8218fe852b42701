/** Where events are taken, when only the server is named. */
export const eventsUrl = (server: string): URL => {
  const url = new URL(server)
  if (url.pathname === '/') url.pathname = '/events'
  return url
}

/** Asked for before "end it with Ctrl-C" is said. Resolves at the first Ctrl-C or SIGTERM, or when the process that keeps a channel to this one is gone; the second signal ends the process at once. */
export const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    let times = 0
    const stop = (): void => {
      times++
      if (times > 1) process.exit(130)
      resolve()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop).once('disconnect', resolve)
  })
