import { latin1 } from '../bytes/text.ts'

/** Bits of the code of each of the 256 bytes and of EOS (RFC 7541 appendix B), base 36. The code is canonical: the lengths say all. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu'
const EOS = 256

/** Nodes of the code's tree, two a node: a node's number, or the symbol as `~symbol`. */
const buildTree = (): number[] => {
  const tree = [0, 0]
  let code = 0
  for (let length = 1; length <= 30; length++) {
    code *= 2
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (Number.parseInt(LENGTHS[symbol], 36) !== length) continue
      let node = 0
      for (let bit = length - 1; bit > 0; bit--) {
        const at = node * 2 + ((code >>> bit) & 1)
        if (tree[at] === 0) {
          tree[at] = tree.length / 2
          tree.push(0, 0)
        }
        node = tree[at]
      }
      tree[node * 2 + (code & 1)] = ~symbol
      code++
    }
  }
  return tree
}

/** Of each state (node) and each four bits: the next state, `SYMBOL` and the symbol that they end, or `FAIL` at EOS (section 5.2). */
const SYMBOL = 0x10000
const FAIL = 0x20000
const buildSteps = (tree: readonly number[]): Uint32Array => {
  const steps = new Uint32Array((tree.length / 2) * 16)
  for (let state = 0; state < tree.length / 2; state++) {
    for (let bits = 0; bits < 16; bits++) {
      let node = state
      let found = 0
      for (let bit = 3; bit >= 0; bit--) {
        const next = tree[node * 2 + ((bits >>> bit) & 1)]
        if (next === ~EOS) found = FAIL
        else if (next < 0) found |= SYMBOL | ~next
        node = Math.max(next, 0)
      }
      steps[state * 16 + bits] = found | (node << 18)
    }
  }
  return steps
}

/** States that may be the last: between two symbols, or up to seven bits of EOS, all ones, begun. */
const buildLast = (tree: readonly number[]): Uint8Array => {
  const last = new Uint8Array(tree.length / 2)
  let node = 0
  for (let bits = 0; bits <= 7; bits++) {
    last[node] = 1
    node = tree[node * 2 + 1]
  }
  return last
}

const tree = buildTree()
const STEPS = buildSteps(tree)
const LAST = buildLast(tree)
let scratch = new Uint8Array(4096)

/** The text that `from`..`end` is the code of, one character a byte (RFC 7541 section 5.2). Undefined: not that code, or padding that is not of EOS. */
export const unhuffman = (bytes: Uint8Array, from: number, end: number): string | undefined => {
  // The shortest code has five bits.
  if ((end - from) * 2 > scratch.length) scratch = new Uint8Array((end - from) * 2)
  let state = 0
  let length = 0
  for (let at = from; at < end; at++) {
    const high = STEPS[state * 16 + (bytes[at] >>> 4)]
    if ((high & SYMBOL) !== 0) scratch[length++] = high
    const low = STEPS[(high >>> 18) * 16 + (bytes[at] & 15)]
    if ((low & SYMBOL) !== 0) scratch[length++] = low
    if (((high | low) & FAIL) !== 0) return undefined
    state = low >>> 18
  }
  return LAST[state] === 1 ? latin1(scratch, 0, length) : undefined
}
