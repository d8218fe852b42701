import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusCaptures, corpusFiles, corpusText, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import { SERVER } from '../tcp/facts.ts'
import { handshakesOf, hash } from './handshakes.case.ts'
import { ja3, ja3s } from './ja3.ts'
import { ja4 } from './ja4.ts'

interface OracleHello {
  hello: 'client' | 'server'
  random: string
  sni: string | null
  alpn: string[]
  version: string[]
  cipher: string | null
}

const captures = corpusCaptures().filter((path) => (oracleOf(path) as unknown as { tls?: unknown[] }).tls?.length)
const textOf = (of: string, random: string, name: string | null | undefined, alpn: readonly string[], suite: number | undefined): string =>
  [of, random, name ?? '-', alpn.join('+'), suite?.toString(16) ?? '-'].join(' ')

describe.skipIf(!hasCorpus)('hellos in captures of others', () => {
  it.each(captures)('%s', (path) => {
    const theirs = new Set(
      (oracleOf(path) as unknown as { tls: OracleHello[] }).tls.map(({ hello, random, sni, alpn, cipher }) =>
        textOf(hello, random.replaceAll(':', ''), sni, alpn, cipher === null ? undefined : Number(cipher)),
      ),
    )
    for (const { messages } of handshakesOf(corpusBytes(path)))
      for (const message of messages)
        if (message.kind === 'client hello' && message.malformed === undefined)
          expect(theirs).toContain(textOf('client', message.random, message.serverName, message.alpn ?? [], undefined))
        else if (message.kind === 'server hello' && message.malformed === undefined)
          expect(theirs).toContain(textOf('server', message.random, undefined, message.alpn ?? [], message.suite))
  })
})

const flows = hasCorpus
  ? corpusFiles('files/ndpi')
      .filter((path) => path.endsWith('.out'))
      .map((path) => ({ path, text: corpusText(path) }))
      .filter(({ text }) => text.includes('[JA'))
  : []

/** nDPI says `d` without a server name as well, and takes the first two characters of the protocol. */
const comparable = (text: string | undefined): string | undefined => text?.replace(/^(t..)[di](\d{4})../, '$1.$2..')

const same = (theirs: string | undefined, ours: string | undefined): void => {
  if (theirs !== undefined && ours !== undefined) expect(ours).toBe(theirs)
}

describe.skipIf(!hasCorpus)('fingerprints of nDPI', () => {
  it.each(flows.map(({ path, text }) => [path.split('/').at(-1)!, path, text] as const))('%s', (_name, path, text) => {
    const capture = corpusFiles('files/ndpi').find((file) =>
      file.endsWith(
        `/${path
          .split('/')
          .at(-1)!
          .replace(/\.out$/, '')}`,
      ),
    )!
    for (const { connection, facts } of handshakesOf(corpusBytes(capture))) {
      const { client } = connection
      const line = text.split('\n').find((line) => line.includes('[proto') && line.includes(`${client.ip}:${client.port} `))
      if (line === undefined) continue
      const told = (name: string): string | undefined => new RegExp(`\\[${name}: ([^ \\]]+)`).exec(line)?.[1]
      const { clientHello, serverHello, certificates } = facts
      const known = clientHello?.malformed === undefined ? clientHello : undefined
      same(told('JA3C'), known && ja3(known, hash).md5)
      same(comparable(told('JA4')), comparable(known && ja4(known, hash)))
      same(told('JA3S'), serverHello && ja3s(serverHello, hash).md5)
      same(told('Certificate SHA-1')?.replaceAll(':', ''), certificates[SERVER][0]?.sha1)
    }
  })
})
