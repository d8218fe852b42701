/** Saves a text as a file of the reader. */
export function download(name: string, type: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  // The browser has taken it by then; what it holds is given back.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
