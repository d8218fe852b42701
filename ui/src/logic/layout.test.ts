import { describe, expect, it } from 'vitest'
import { formatLayout, type Layout, moved, nudged, parseLayout, pinned, resized, toggled } from './layout.ts'

const known = (key: string) => key !== 'gone'
const read = (text: string): Layout => parseLayout(text, known)!
const after = (text: string, change: (layout: Layout) => Layout): string => formatLayout(change(read(text)))

describe('columns', () => {
  it.each([
    ['time*,action,what:320', 'time*,action,what:320'],
    ['action,time*:90,db.query.text', 'time*:90,action,db.query.text'],
    ['what,what:50,gone,?!,a:b', 'what'],
    ['what:1,time:99999', 'what:40,time:1200'],
  ])('are read of a link: %s', (text, written) => expect(formatLayout(read(text))).toBe(written))

  it.each(['', 'gone', '::', undefined])('are the usual ones where a link names none: %s', (text) =>
    expect(parseLayout(text, known)).toBeUndefined(),
  )

  it.each([
    ['come', 'a,b', 'a,b,c', (layout: Layout) => toggled(layout, 'c')],
    ['go', 'a,b', 'b', (layout: Layout) => toggled(layout, 'a')],
    ['but the last', 'a', 'a', (layout: Layout) => toggled(layout, 'a')],
    ['are made wider', 'a,b', 'a,b:77', (layout: Layout) => resized(layout, 'b', 77.4)],
    ['are pinned, and stand first', 'a,b,c:50', 'c*:50,a,b', (layout: Layout) => pinned(layout, 'c')],
    ['are let go', 'c*,d*,a', 'd*,c,a', (layout: Layout) => pinned(layout, 'c')],
    ['move before another', 'a,b,c', 'c,a,b', (layout: Layout) => moved(layout, 'c', 'a')],
    ['move to the end', 'a,b,c', 'b,c,a', (layout: Layout) => moved(layout, 'a', undefined)],
    ['do not pass those that are pinned', 'a*,b,c', 'a*,c,b', (layout: Layout) => moved(layout, 'c', 'a')],
    ['go a place on', 'a,b,c', 'b,a,c', (layout: Layout) => nudged(layout, 'a', 1)],
    ['go no further than the end', 'a,b,c', 'a,b,c', (layout: Layout) => nudged(layout, 'c', 1)],
  ])('%s', (_, before, expected, change) => expect(after(before, change)).toBe(expected))
})
