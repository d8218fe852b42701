/** Where a kept body lies: in a block of the blob store that is zstd-compressed as a whole, at an offset of the block's plain bytes. */
export interface BodyReference {
  block: string
  offset: number
  length: number
}

export const formatBodyReference = ({ block, offset, length }: BodyReference): string => `${block}#${offset}+${length}`

/** Undefined when the text is no such reference. */
export function parseBodyReference(text: string): BodyReference | undefined {
  const match = /^(.+)#(\d+)\+(\d+)$/.exec(text)
  return match ? { block: match[1], offset: Number(match[2]), length: Number(match[3]) } : undefined
}
