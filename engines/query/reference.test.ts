import { expect, it } from 'vitest'
import { parse } from './parse.ts'
import { reference } from './reference.ts'

it('docs/filters.md says what the table of fields says (npx vitest run engines/query -u writes it)', async () => {
  await expect(reference()).toMatchFileSnapshot('../../docs/filters.md')
})

it('its examples are filters', () => {
  const examples = [
    ...reference()
      .split('## Fields')[0]
      .matchAll(/^\| (`.*?`) +\|/gm),
  ].flatMap(([, cell]) => cell.split(', ').map((code) => code.slice(1, -1)))
  expect(examples.length).toBeGreaterThan(15)
  for (const example of examples) expect(parse(example), example).toMatchObject({ ok: true })
})
