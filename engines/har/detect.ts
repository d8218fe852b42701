const OPEN = 0x7b

/** Whether a file that begins so may be an HTTP Archive: it is JSON. */
export const looksLikeHar = (beginning: Uint8Array): boolean => {
  let at = beginning[0] === 0xef && beginning[1] === 0xbb && beginning[2] === 0xbf ? 3 : 0
  while (beginning[at] === 0x20 || (beginning[at] >= 0x09 && beginning[at] <= 0x0d)) at++
  return beginning[at] === OPEN
}
