/** Real peers that talk HTTP over TLS through a proxy that keeps what they say, for tests. */
import { execFileSync } from 'node:child_process'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer, type RequestOptions, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions, SecureVersion, TLSSocket } from 'node:tls'
import { type Recorded, startProxy } from '../protocols/proxy.case.ts'
import { type KeyLog, keyLogOf } from './play.case.ts'

const openssl = (...args: string[]): string => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()

const certificateOf = (...key: string[]): { key: string; cert: string } => {
  const pem = openssl('req', '-x509', ...key, '-nodes', '-days', '400', '-subj', '/CN=peer.example', '-keyout', '-', '-out', '-')
  return { key: pem, cert: pem }
}

const found = (): { rsa: { key: string; cert: string }; ecdsa: { key: string; cert: string } } | undefined => {
  try {
    return { rsa: certificateOf('-newkey', 'rsa:2048'), ecdsa: certificateOf('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256') }
  } catch {
    console.log('TLS between real peers: skipped, openssl is not installed')
    return undefined
  }
}
/** Undefined: openssl is not installed. */
export const certificates = found()

export interface Talk {
  version?: SecureVersion
  ciphers?: string
  /** Sizes of the answers' bodies: as many calls, one after the other. */
  answers?: readonly number[]
  /** Connections, one after the other; those after the first resume its session. */
  connections?: number
  clientCertificate?: boolean
  ecdsa?: boolean
  maxSend?: number
  /** The server asks for another key share. */
  curve?: string
  /** SSL_OP_ALL and its like, of both sides. */
  secureOptions?: number
  /** The server's side begins a handshake anew, between two calls (before TLS 1.3). */
  renegotiate?: boolean
}

export interface Spoken {
  connections: Recorded[][]
  log: KeyLog
}

/** What peers said, and the secrets of their sessions. */
export const talk = async (options: Talk = {}): Promise<Spoken> => {
  const { version = 'TLSv1.3', answers = [37, 5000], connections = 1 } = options
  const own = options.ecdsa ? certificates!.ecdsa : certificates!.rsa
  const lines: string[] = []
  const protocol = {
    minVersion: version,
    maxVersion: version,
    ...(options.ciphers && { ciphers: options.ciphers }),
    secureOptions: options.secureOptions ?? 0,
  }
  const server = createServer(
    {
      ...own,
      ...protocol,
      ...(options.curve && { ecdhCurve: options.curve }),
      requestCert: options.clientCertificate,
      rejectUnauthorized: false,
    },
    (asked, answer) => {
      asked.resume()
      const size = Number(asked.url!.slice(1))
      if (options.maxSend) (asked.socket as TLSSocket).setMaxSendFragment(options.maxSend)
      const finish = () => answer.writeHead(200, { 'content-length': size }).end(Buffer.alloc(size, 'abcdefg '))
      if (options.renegotiate) (asked.socket as TLSSocket).renegotiate({ rejectUnauthorized: false }, finish)
      else finish()
    },
  )
  server.on('keylog', (line: Buffer) => lines.push(line.toString()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  const identity = options.clientCertificate ? certificates!.ecdsa : {}
  let session: Buffer | undefined
  for (let each = 0; each < connections; each++) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let last: TLSSocket | undefined
    for (const size of answers) {
      const to = { port: proxy.port, path: `/${size}`, servername: 'peer.example' }
      // Options of TLS go through, also those that the types leave out.
      const manner: ConnectionOptions = { session, ...protocol, ...identity, rejectUnauthorized: false }
      const asked = request({ ...to, agent, ...manner } as RequestOptions)
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        asked.on('response', resolve)
        asked.on('error', reject)
        asked.on('socket', (socket) => {
          last = socket as TLSSocket
          last.on('session', (ticket: Buffer) => (session = ticket))
        })
        asked.end()
      })
      for await (const _ of answer);
    }
    await new Promise((resolve) => {
      last!.on('close', resolve)
      last!.end()
      agent.destroy()
    })
  }
  await proxy.close()
  server.close()
  return { connections: proxy.connections, log: keyLogOf(lines.join('')) }
}
