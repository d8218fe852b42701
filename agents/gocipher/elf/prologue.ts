/**
 * A probe costs one trap where the kernel can do what the instruction does itself, and two where it has to let the processor step over it
 * (arch/x86/kernel/uprobes.c). Many functions begin with one of the second kind, and have one of the first a few bytes later.
 */

/** Instructions that may be passed: they neither branch nor change the first argument (x86-64; undefined: any byte). */
const PASSED: readonly (readonly (number | undefined)[])[] = [
  [0x48, 0x83, 0xec, undefined], // sub $x, %rsp
  [0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0x00, 0x00, 0x00], // mov %fs:0x28, %rax
  [0x48, 0x89, 0x44, 0x24, undefined], // mov %rax, x(%rsp)
  [0x31, 0xc0], // xor %eax, %eax
  [0x85, 0xd2], // test %edx, %edx
  [0x48, 0x85, 0xff], // test %rdi, %rdi
  [0xf3, 0x0f, 0x1e, 0xfa], // endbr64
]
/** Instructions that the kernel does itself: push, jump, call. */
const CHEAP: readonly ((code: Uint8Array, at: number) => boolean)[] = [
  (code, at) => (code[at] & 0xf8) === 0x50,
  (code, at) => code[at] === 0x41 && (code[at + 1] & 0xf8) === 0x50,
  (code, at) => (code[at] & 0xf0) === 0x70,
  (code, at) => code[at] === 0x0f && (code[at + 1] & 0xf0) === 0x80,
  (code, at) => code[at] === 0xe8 || code[at] === 0xe9 || code[at] === 0xeb,
]

/** How many bytes behind its beginning a function is cheaply probed, its first argument still in place; 0 where that is not certain. */
export function cheapPlace(code: Uint8Array): number {
  for (let at = 0; at + 2 <= code.length; ) {
    if (CHEAP.some((is) => is(code, at))) return at
    const passed = PASSED.find(
      (bytes) => at + bytes.length <= code.length && bytes.every((byte, index) => byte === undefined || byte === code[at + index]),
    )
    if (!passed) return 0
    at += passed.length
  }
  return 0
}
