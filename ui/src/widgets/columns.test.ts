import { expect, it } from 'vitest'
import { type Column, fitting } from './columns.ts'

it('columns give way when room is short, the least important first', () => {
  const column = (key: string, width: number, yields: number): Column<string> => ({ key, title: key, width, yields, cell: (row) => row })
  const columns = [column('time', 100, 0), column('host', 80, 2), column('path', 120, 0), column('agent', 60, 3)]
  const keys = (width: number) => fitting(columns, width).map(({ key }) => key)
  expect(keys(360)).toEqual(['time', 'host', 'path', 'agent'])
  expect(keys(359)).toEqual(['time', 'host', 'path'])
  expect(keys(299)).toEqual(['time', 'path'])
  expect(keys(10)).toEqual(['time', 'path'])
})
