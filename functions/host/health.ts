import type { Adapters } from './adapters.ts'

/** How what stands behind the functions is: `ok`, or why it cannot be used now. */
export async function healthOf({ store, state, blobs }: Pick<Adapters, 'store' | 'state' | 'blobs'>): Promise<Record<string, string>> {
  const of = (port: { health(): Promise<void> }): Promise<string> =>
    port.health().then(
      () => 'ok',
      (error: Error) => error.message,
    )
  const [storeHealth, stateHealth, blobsHealth] = await Promise.all([of(store), of(state), of(blobs)])
  return { store: storeHealth, state: stateHealth, blobs: blobsHealth }
}
