import { describe, expect, it } from 'vitest'
import { facetsOf, OTHER_FACETS, openFacets, tellFacets, valuesOf } from './facets.ts'

describe('which facets are open', () => {
  it('is told by the link, and goes without saying where it is as usual', () => {
    expect(tellFacets(openFacets(undefined))).toBeUndefined()
    expect(openFacets(tellFacets(['http.version', 'url.path']))).toEqual(['http.version', 'url.path'])
    expect(openFacets(tellFacets([]))).toEqual([])
  })
  it('leaves out what is no field, and does not show an alias beside its field', () =>
    expect(openFacets('nonsense,status,url.path')).toEqual(['url.path']))
  it('shows others that are open after the usual ones', () => {
    expect(facetsOf(['http.version']).at(-1)).toEqual({ name: 'http.version', title: 'http.version' })
    expect(facetsOf(['url.path'])).toHaveLength(facetsOf([]).length)
  })
  it('offers no quantity, and nothing twice', () => {
    const names = OTHER_FACETS.map(({ name }) => name)
    expect(names).not.toContain('event.duration')
    expect(names).not.toContain('url.path')
  })
})

describe('the values of a facet', () => {
  it('are measured by the most frequent', () =>
    expect(
      valuesOf({
        groups: [
          { key: ['5xx'], count: 10, errors: 10 },
          { key: [null], count: 40, errors: 0 },
        ],
      }),
    ).toEqual([
      { key: '5xx', text: '5xx', count: 10, errors: 10, share: 0.25, errorShare: 0.25 },
      { key: null, text: 'none', count: 40, errors: 0, share: 1, errorShare: 0 },
    ]))
  it('are none where no call has the field', () => {
    expect(valuesOf({ groups: [{ key: [null], count: 40 }] })).toEqual([])
    expect(valuesOf({ groups: [] })).toEqual([])
  })
})
