import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { flatten } from './flatten.ts'
import type { Rule, Section } from './rules.ts'

/** A place in which calls differ, with what each has there; undefined: nothing. */
export interface Difference {
  section: Section
  path: string
  values: (string | undefined)[]
  /** The rule by which it does not count. */
  ignored: string | undefined
}

export interface Comparison {
  differences: Difference[]
  /** How many places are the same in all. */
  same: number
}

/** Where calls differ, in the order of the first that has the place. */
export function compare(calls: ExchangeDocument[], rules: Rule[], sections?: Section[]): Comparison {
  const flats = calls.map(flatten)
  const differences: Difference[] = []
  let same = 0
  for (const section of flats[0]?.keys() ?? []) {
    if (sections && !sections.includes(section)) continue
    const maps = flats.map((flat) => flat.get(section)!)
    for (const path of new Set(maps.flatMap((map) => [...map.keys()]))) {
      const values = maps.map((map) => map.get(path))
      if (values.every((value) => value === values[0])) same++
      else differences.push({ section, path, values, ignored: rules.find((rule) => rule.fits({ section, path, values }))?.line })
    }
  }
  return { differences, same }
}
