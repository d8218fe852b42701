const QUOTE = 34
const BACKSLASH = 92
/** Up to here a look at each character is cheaper than the call that escapes. */
const SHORT = 64

/** A string as JSON. Most strings of HTTP need no escape. */
export const quote = (text: string): string => {
  if (text.length > SHORT) return JSON.stringify(text)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === QUOTE || code === BACKSLASH || code > 255) return JSON.stringify(text)
  }
  return `"${text}"`
}
