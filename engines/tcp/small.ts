/** The same number, kept as a small integer where it is one: V8 gives the difference of two doubles 16 bytes of its own. */
export const small = (value: number): number => {
  const integer = value | 0
  return integer === value ? integer : value
}
