/** Makes something when it is first asked for, and gives the same from then on. What could not be made is tried again at the next call. */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => {
    made ??= make().catch((error: Error) => {
      made = undefined
      throw error
    })
    return made
  }
}
