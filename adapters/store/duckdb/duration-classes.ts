import type { Derived } from './derived.ts'

/**
 * Durations fall into so many classes from 1 to 10 ns, from 10 to 100 ns …: the largest of one is 2 % above the smallest.
 * A percentile is the mean of its class, so it is exact where a class holds one duration, and counting classes is many times cheaper than a sketch of values.
 */
export const CLASSES_PER_DECADE = 120

/** SQL of the number of the class that a quantity lies in; a little more, as the logarithm of 1000 is a little less than 3. */
export const logarithmicClass = (column: string, perDecade: number | string): string =>
  `floor(log10(greatest(${column}, 1)) * ${perDecade} + 1e-9)`

export const DURATION_CLASS: Derived = {
  name: 'duration_class',
  type: 'USMALLINT',
  sql: `${logarithmicClass('"event.duration"', CLASSES_PER_DECADE)}::USMALLINT`,
}
