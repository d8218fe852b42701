import { LINES_PER_BLOCK } from './blocks.ts'

/** The blocks again, the lines of the given numbers written so that a strict reader takes them: half surrogate pairs become U+FFFD. What is not JSON stays. */
export function repairLines(blocks: readonly Buffer[], numbers: ReadonlySet<number>): Buffer[] {
  return blocks.map((block, index) => {
    const first = index * LINES_PER_BLOCK
    const lines = block.toString().split('\n')
    if (!lines.some((_, line) => numbers.has(first + line))) return block
    return Buffer.from(lines.map((line, at) => (numbers.has(first + at) ? repairLine(line) : line)).join('\n'))
  })
}

function repairLine(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line, (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)))
  } catch (error) {
    if (error instanceof SyntaxError) return line // it is counted as unreadable
    throw error
  }
}
