import { describe, expect, it } from 'vitest'
import { fromLatin1 } from '../bytes/text.ts'
import { charsetOf } from './charset.ts'

describe('the characters that a text is in', () => {
  it.each([
    ['text/plain; charset=ISO-8859-1', 'caf\xe9', 'iso-8859-1'],
    ['text/plain;charset="utf-8"; x=y', '', 'utf-8'],
    ['text/plain; charset=latin1', '\xff\xfea\0', 'utf-16le'],
    ['text/plain', '\xfe\xff\0a', 'utf-16be'],
    ['text/plain', '\xef\xbb\xbfa', 'utf-8'],
    ['text/html', '<!doctype html><meta charset="Windows-1252"><p>', 'windows-1252'],
    ['text/html', '<META http-equiv=Content-Type content="text/html; charset=shift_jis">', 'shift_jis'],
    ['application/atom+xml', '<?xml version="1.0" encoding="ISO-8859-15"?><a/>', 'iso-8859-15'],
    ['text/plain', '<meta charset=latin1>', undefined],
    ['text/html', `${' '.repeat(1024)}<meta charset=latin1>`, undefined],
    ['', '', undefined],
  ])('%s: %j', (type, text, expected) => expect(charsetOf(fromLatin1(text), type)).toBe(expected))
})
