import { describe, expect, it } from 'vitest'
import * as m from './messages.case.ts'
import { isClient, isServer } from './recognise.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const client = (text: string) => isClient(bytes(text), 0, text.length)
const server = (text: string) => isServer(bytes(text), 0, text.length)

describe('the first bytes', () => {
  it.each([m.startup('user', 'ann'), m.sslRequest, m.cancelRequest])('of a client that connects: %j', (text) => {
    expect(client(text)).toBe('yes')
    expect(client(text.slice(0, 1))).toBe('more')
    expect(client(text.slice(0, 7))).toBe('more')
  })

  it.each([m.query('select 1'), m.parse('', 'select 1') + m.bind('', '', []) + m.execute('') + m.sync])(
    'of a client under way: %j',
    (text) => expect(client(text)).toBe('yes'),
  )

  it.each([
    m.authentication(10, 'SCRAM-SHA-256\0\0'),
    m.authentication(0) + m.ready(),
    m.parseComplete + m.bindComplete + m.row('1') + m.tag('SELECT 1') + m.ready(),
  ])('of a server: %j', (text) => expect(server(text)).toBe('yes'))

  it.each([
    '\x00\x00\x00\x08\x00\x00\x00\x00',
    '\x00\x00\x06\x04\x00\x00\x00\x00\x00',
    '\x00\x01\x02\x03\x04\x05\x06\x07',
    'QUIT\r\n',
    'Q\x00\x00\x00\x06\x01\x00',
    'S\x00\x00\x00\x04',
    'X\x00\x00\x00\x04',
    'GET / HTTP/1.1\r\n',
    'BT protocol',
    m.query('select 1').slice(0, -1),
  ])('of a client of something else: %j', (text) => expect(client(text)).toBe('no'))

  it.each([
    'SSH-2.0-OpenSSH\r\n',
    'N',
    'S',
    'RFB 003.008\n',
    'HTTP/1.1 200 OK\r\n',
    'Z\x00\x00\x00\x05I',
    'R\x00\x00\x00\x08\x00\x00\x00\x63',
    'C\x00\x00\x00\x05x',
  ])('of a server of something else: %j', (text) => expect(server(text)).toBe('no'))
})
