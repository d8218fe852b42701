const FIRST_PAUSE = 250
const LONGEST_PAUSE = 5000

/** How long to wait (ms) after so many failures in a row. */
export const backOff = (failures: number): number =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 16)) * (0.75 + Math.random() / 2)
