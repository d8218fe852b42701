import { describe, expect, it } from 'vitest'
import { maskPasswords } from './mask.ts'
import { analyse } from './sql.ts'

describe('a query', () => {
  it.each<[string, string, string | undefined, string[]]>([
    ['select * from orders where id = 42', 'select * from orders where id = ?', 'SELECT', ['orders']],
    ["SELECT 'it''s', E'a\\'b', $$x$$, $t$ $$ $t$, 1.5e3, -2 ;", 'SELECT ?, ?, ?, ?, ?, -?', 'SELECT', []],
    [
      'select  a -- why\n /* x */ from s."T" t join public.b on t.id=b.id',
      'select a from s."T" t join public.b on t.id=b.id',
      'SELECT',
      ['s.T', 'public.b'],
    ],
    ["insert into t (a, b) values (1, 'x'), ($1, $2)", 'insert into t (a, b) values (?, …), ($1, …)', 'INSERT', ['t']],
    ['with x as (select 1 from a) update b set c = 2', 'with x as (select ? from a) update b set c = ?', 'UPDATE', ['a', 'b']],
    [
      'insert into t values (1) on conflict do update set a = 1',
      'insert into t values (?) on conflict do update set a = ?',
      'INSERT',
      ['t'],
    ],
    ['select * from t for update', 'select * from t for update', 'SELECT', ['t']],
    ['select * from generate_series(1, 5)', 'select * from generate_series(?, …)', 'SELECT', []],
    ['create table if not exists only_t (id int)', 'create table if not exists only_t (id int)', 'CREATE', ['only_t']],
    ['select a from t where b in (1,2,3)', 'select a from t where b in (?, …)', 'SELECT', ['t']],
    ['begin; select 1 from a; commit', 'begin; select ? from a; commit', 'BEGIN', ['a']],
    ["select 'cut off", 'select ?', 'SELECT', []],
    ['', '', undefined, []],
    ['asdf 1', 'asdf ?', undefined, []],
  ])('%s', (text, normalized, operation, collections) => {
    expect(analyse(text)).toMatchObject({ normalized, operation, collections })
  })

  it('is read in time linear in its length', () => {
    for (const text of ["'", '$$', '(', 'from a.', '/*', 'select ', '"', '1,', "e'\\"]) analyse(text.repeat(100_000))
  })
})

describe('passwords', () => {
  it.each([
    "alter user ann password 'hunter2'",
    "create role a with encrypted PASSWORD E'hunter2' login",
    "alter user ann password 'hunter2",
    'alter role a password $x$hunter2$x$',
    "create subscription s connection 'host=a password=hunter2 user=b' publication p",
    "create user mapping for a server s options (user 'a', password 'hunter2')",
    "select dblink_connect('postgresql://ann:hunter2@db/x')",
  ])('are masked in %s', (text) => {
    expect(maskPasswords(text)).not.toContain('hunter2')
    expect(maskPasswords(text)).toContain('***')
  })

  it('are looked for in words alone', () => expect(maskPasswords('select password from users')).toBe('select password from users'))
})
