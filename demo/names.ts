import { createSocket, type Socket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { ADDRESSES, domainOf } from './places.ts'

/**
 * The shop's name server, and its hosts asking it every few seconds, so that whoever watches learns the names from the answers.
 * Where port 53 may not be used (only root may, as a rule), the shop goes without names.
 */
export async function startNames(random: () => number): Promise<{ stop(): void }> {
  const server = await bind()
  if (!server) return { stop: () => undefined }
  server.on('message', (question, from) => {
    const answer = answerTo(question)
    if (answer) server.send(answer, from.port, from.address)
  })
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([ADDRESSES.names])
  const places = Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[]
  // An answer that does not come is asked for again by the next round.
  const ask = () => {
    for (const place of places) resolver.resolve4(domainOf(place)).catch(() => undefined)
  }
  ask()
  const timer = setInterval(ask, 4000 + random() * 2000)
  return {
    stop() {
      clearInterval(timer)
      resolver.cancel()
      server.close()
    },
  }
}

function bind(): Promise<Socket | undefined> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind(53, ADDRESSES.names, () => resolve(socket))
  })
}

/** The answer to a question for an A record (RFC 1035, section 4), or nothing when it is no such question. */
export function answerTo(question: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  while (at < question.length && question[at] !== 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + question[at]))
    at += 1 + question[at]
  }
  const end = at + 5
  if (end > question.length || question.readUInt16BE(4) !== 1) return undefined
  const place = (Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[]).find((name) => domainOf(name) === labels.join('.').toLowerCase())
  const head = Buffer.from(question.subarray(0, 12))
  head.writeUInt16BE(place ? 0x8580 : 0x8583, 2) // an authoritative answer; NXDOMAIN for a name that is not ours
  head.writeUInt16BE(place ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  // A pointer to the question's name, type A, class IN, 60 s to live, four bytes.
  const record = place
    ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...ADDRESSES[place].split('.').map(Number)])
    : Buffer.alloc(0)
  return Buffer.concat([head, question.subarray(12, end), record])
}
