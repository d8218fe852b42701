import { describe, expect, it } from 'vitest'
import { allowsAddress, allowsHost, InvalidTargets, parseTargets } from './targets.ts'

describe('targets', () => {
  it.each([
    ['shop.test', 'shop.test', 80, true],
    ['shop.test', 'shop.test', 8443, true],
    ['shop.test:80', 'shop.test', 8080, false],
    ['shop.test', 'evil-shop.test', 80, false],
    ['shop.test', 'a.shop.test', 80, false],
    ['*.shop.test', 'a.b.shop.test', 80, true],
    ['*.shop.test', 'shop.test', 80, false],
    ['*.shop.test', 'evilshop.test', 80, false],
    ['other, 10.1.0.0/16:8080', '10.1.2.3', 8080, true],
    ['10.1.0.0/16:8080', '10.1.2.3', 80, false],
    ['10.1.0.0/16', '10.2.0.1', 80, false],
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['127.0.0.1', '::ffff:127.0.0.1', 80, true],
    ['[::1]:80', '::1', 80, true],
    ['::1', '::1', 81, true],
    ['shop.test', '127.0.0.1', 80, false],
    ['*.test', '10.0.0.1', 80, false],
  ])('%s: %s port %i is %s', (text, host, port, allowed) => expect(allowsHost(parseTargets(text), host, port)).toBe(allowed))

  it.each([[''], ['a,,b'], ['*'], ['http://a'], ['a:0'], ['a:70000'], ['10.0.0.0/40'], ['300.1.1.1'], ['a b'], ['*.'], ['[::1'], ['10.1']])(
    '"%s" is refused',
    (text) => expect(() => parseTargets(text)).toThrow(InvalidTargets),
  )

  it.each([
    ['10.0.0.1', true],
    ['192.168.1.1', true],
    ['8.8.8.8', true],
    ['127.0.0.1', false],
    ['127.8.8.8', false],
    ['0.0.0.0', false],
    ['169.254.169.254', false],
    ['100.100.100.200', false],
    ['224.0.0.1', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fd00:ec2::254', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:a9fe:a9fe', false],
    ['fd12::1', true],
  ])('a name may lead to %s: %s', (address, allowed) => {
    expect(allowsAddress(parseTargets('shop.test'), address, 80)).toBe(allowed)
    expect(allowsAddress(parseTargets(`shop.test,${address}`), address, 80)).toBe(true)
  })
})
