import { describe, expect, it } from 'vitest'
import { isCommand, isReply, mayBeReply } from './recognise.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const client = (text: string) => isCommand(bytes(text), 0, text.length)
const server = (text: string) => isReply(bytes(text), 0, text.length)

describe('the first bytes', () => {
  it.each(['*1\r\n$4\r\nPING\r\n', '*3\r\n$3\r\nSET\r\n', 'MONITOR\r\n', 'psync ? -1\r\n'])('of a client: %j', (text) => {
    expect(client(text)).toBe('yes')
    for (let length = 1; length < text.length; length++) expect(['more', 'yes'], `${length}`).toContain(client(text.slice(0, length)))
  })

  it.each([
    '$2\r\nhi\r\n',
    ':1\r\n',
    '-NOAUTH Authentication required.\r\n',
    '+PONG\r\n',
    '*2\r\n$1\r\na\r\n',
    '>2\r\n+a\r\n',
    '+OK\r\n$1\r\n',
  ])('of a server: %j', (text) => {
    expect(server(text)).toBe('yes')
  })

  it.each([
    'EHLO mail.example\r\n',
    'AUTH LOGIN\r\n',
    'QUIT\r\n',
    'PING\r\n',
    'USER ann\r\n',
    '* OK IMAP4rev1 ready\r\n',
    '*** a banner\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    '\x16\x03\x01\x00\x80\x01',
    '*1\r\n:1\r\n',
    '*0\r\n$4\r\n',
  ])('of a client of something else: %j', (text) => expect(client(text)).toBe('no'))

  it.each([
    '+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n',
    '-ERR [AUTH] Authentication failed\r\n',
    '220 mail.example ESMTP\r\n',
    '* 3 EXISTS\r\n* 1 RECENT\r\n',
    ':irc.example 001 ann :Welcome\r\n',
    'PONG\r\n',
    'VALUE key 0 5\r\nhello\r\nEND\r\n',
    '%PDF-1.4\r\nsomething\r\n',
    '$GPGGA,123519,4807.038,N\r\n',
  ])('of a server of something else: %j', (text) => expect(server(text)).toBe('no'))
})

describe('after a loss', () => {
  it.each([
    ['+OK\r\n', true],
    ['$3\r\nabc\r\n:1\r\n', true],
    ['$5000\r\nabc', true],
    ['*?\r\n:1\r\n.\r\n', true],
    ['abc\r\n+OK\r\n', false],
    ['$3\r\nabcd\r\n', false],
    ['+OK\r\nrest of a value', false],
  ])('%j may be a reply: %s', (text, answer) => expect(mayBeReply(bytes(text), 0, text.length)).toBe(answer))
})
