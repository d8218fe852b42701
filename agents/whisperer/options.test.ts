import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { defaults, help, OPTIONS, parse } from './options.ts'

describe('options', () => {
  it('reads flags, short ones, lists and files', () => {
    const { options, files } = parse(
      ['--server', 'http://s:1', '-i', 'lo,eth0', '-i', 'eth1', '--buffer=32MB', '-f', 'tcp port 80', 'a.pcap', '-'],
      {},
    )
    expect(options).toMatchObject({ server: 'http://s:1', interface: ['lo', 'eth0', 'eth1'], buffer: 32 << 20, filter: 'tcp port 80' })
    expect(files).toEqual(['a.pcap', '-'])
  })

  it('takes the flag before the variable, and the variable before the default', () => {
    const env = { SPIDER_LANES: '4', SPIDER_BATCH_AGE: '2s' }
    expect(parse(['--lanes', '16'], env).options).toMatchObject({ lanes: 16, batchAge: 2000, snapLength: 262_144 })
  })

  it('has defaults that are right', () => {
    expect(defaults()).toMatchObject({
      interface: ['any'],
      buffer: 64 << 20,
      lanes: 8,
      batchSize: 1 << 20,
      batchAge: 500,
      statusInterval: 20_000,
      statusIdle: 600_000,
      spoolSize: 512 << 20,
      name: hostname(),
    })
  })

  it.each<[string[], string]>([
    [['--lanes', '0'], '--lanes: "0" is not a whole number from 1 to 256'],
    [['--lanes', '1.5'], '--lanes: "1.5" is not a whole number from 1 to 256'],
    [['--buffer', 'much'], '--buffer: "much" is not a size from 1MB to 1GB, such as 64MB'],
    [['--batch-age', '1h'], '--batch-age: "1h" is not a time from 20 ms to 60 s, such as 500ms or 20s'],
    [['--server', 'spider:8080'], '--server: "spider:8080" is not a URL such as https://spider.example:8080'],
    [['--interface', 'any,lo'], '--interface: "any" takes in all interfaces: give it alone'],
    [['--resolve', 'some'], '--resolve: "some" is not one of private, all, none'],
    [['--name', 'a/b'], '--name: "a/b" is not a name of letters, digits, ".", "_" and "-", 63 at most'],
    [['--filter'], '--filter wants EXPRESSION after it'],
    [['--fliter', 'x'], 'there is no option --fliter: --help lists those there are'],
  ])('says what is wrong with %j', (argv, message) => {
    expect(() => parse(argv, {})).toThrow(message)
  })

  it('prints every option of the table', () => {
    for (const { flag, variable } of Object.values(OPTIONS))
      expect(help('spider whisperer')).toMatch(new RegExp(`${flag} .*${variable}\\)`))
  })
})
