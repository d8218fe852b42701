/** What a helper process does: makes handshakes of both versions twice, prints each as a line of JSON, then "done", and keeps the sessions open until standard input ends. */
export function tellHandshakes(handshake: (version: 'TLSv1.3' | 'TLSv1.2') => object): void {
  try {
    for (const version of ['TLSv1.3', 'TLSv1.2', 'TLSv1.3', 'TLSv1.2'] as const) console.log(JSON.stringify(handshake(version)))
    console.log('done')
    process.stdin.on('end', () => process.exit(0)).resume()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
