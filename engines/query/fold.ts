const ASCII = /^[\x20-\x7e]*$/

/**
 * Text as filters compare it: case does not count. Simple case mapping, code point by code point (Unicode 5.18, one to one),
 * since that is what stores do; `toLowerCase` alone also looks at neighbours (final sigma) and lets the dotted I grow.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  let folded = ''
  for (const character of text) folded += character === 'İ' ? 'i' : character.toLowerCase()
  return folded
}
