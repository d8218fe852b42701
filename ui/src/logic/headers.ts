export type Header = [string, string]

/** The value of the first header of that name, whatever its case. */
export const header = (headers: string[][], name: string): string | undefined =>
  headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1]

/** Headers as they went over the wire, one a line. */
export const headerLines = (headers: string[][]): string => headers.map(([name, value]) => `${name}: ${value}`).join('\n')
