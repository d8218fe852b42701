/** A filter, parsed. Fields are the documents' (full names, aliases already resolved). */
export type Filter =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; of: Filter[] }
  | { kind: 'not'; of: Filter }
  | { kind: 'compare'; field: string; op: '=' | '<' | '<=' | '>' | '>='; value: string | number } // text: case does not count; a field of addresses takes `address/prefix` as well
  | { kind: 'like'; field: string; pattern: string } // `*` any run of characters, `?` one, `\` before one: the character itself; case does not count
  | { kind: 'exists'; field: string }
  | { kind: 'text'; words: string } // somewhere in method, URL, domains, addresses, user agent; case does not count
