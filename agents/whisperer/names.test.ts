import { describe, expect, it } from 'vitest'
import { type HostsResolved, hostsResolved } from '#events/hosts-resolved.ts'
import { Names, type NamesOptions, readHosts } from './names.ts'

const start = (options: Partial<NamesOptions> = {}) => {
  const told: HostsResolved['hosts'] = []
  const asked: string[] = []
  const names = new Names({
    identity: { id: 'a.1', name: 'a', version: '0' },
    resolve: 'private',
    hostsFile: new Map([['10.0.0.1', 'gateway']]),
    reverse: async (ip) => {
      asked.push(ip)
      if (ip === '10.0.0.9') throw new Error('ENOTFOUND')
      return [`HOST-${ip}.`]
    },
    tell: (event) => told.push(...(hostsResolved.check(event.data) as HostsResolved).hosts),
    ...options,
  })
  return { names, told, asked }
}
const answer = (ip: string, name: string, ttl = 60) => ({ names: [{ ip, name, ttl }], addresses: [] })
const short = (hosts: HostsResolved['hosts']) => hosts.map(({ ip, name, origin }) => `${ip} ${name} ${origin}`)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('names', () => {
  it('tells a name when it is new or has changed', () => {
    const { names, told } = start()
    names.learn(answer('1.1.1.1', 'a.example'))
    names.learn(answer('1.1.1.1', 'a.example'))
    names.learn(answer('1.1.1.1', 'b.example'))
    expect(short(told)).toEqual(['1.1.1.1 a.example dns-answer', '1.1.1.1 b.example dns-answer'])
  })

  it('takes the hosts file before all, then answers seen, then the resolver, once', async () => {
    const { names, told, asked } = start()
    names.learn(answer('10.0.0.2', 'seen.example'))
    names.learn(answer('10.0.0.1', 'not.this'))
    names.learn({ names: [], addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.9', '8.8.8.8'] })
    names.learn({ names: [], addresses: ['10.0.0.3', '10.0.0.9'] })
    await pause(300)
    names.learn({ names: [], addresses: ['10.0.0.3', '10.0.0.9'] })
    await pause(150)
    names.close()
    expect(asked).toEqual(['10.0.0.3', '10.0.0.9'])
    expect(short(told).sort()).toEqual([
      '10.0.0.1 gateway hosts-file',
      '10.0.0.2 seen.example dns-answer',
      '10.0.0.3 host-10.0.0.3 resolver',
    ])
  })

  it('asks for public addresses only when told, and for none when told', async () => {
    const all = start({ resolve: 'all' })
    const none = start({ resolve: 'none' })
    for (const { names } of [all, none]) names.learn({ names: [], addresses: ['8.8.8.8'] })
    await pause(120)
    expect([all.asked, none.asked]).toEqual([['8.8.8.8'], []])
  })

  it('reads a hosts file', () => {
    const text = '127.0.0.1 localhost\n# 1.1.1.1 no\n10.0.0.5\tDB db.local # here\nnot-an-ip x\n::1 ip6-localhost\n10.0.0.5 second\n'
    expect([...readHosts(text)]).toEqual([
      ['127.0.0.1', 'localhost'],
      ['10.0.0.5', 'db'],
      ['::1', 'ip6-localhost'],
    ])
  })
})
