import type { Flow } from './flow.ts'

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')

const finish = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** MurmurHash3 (x86, 128 bits) of twelve words. */
export const hash128 = (words: number[]): string => {
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let i = 0; i < words.length; i += 4) {
    a ^= Math.imul(rotate(Math.imul(words[i], 0x239b961b), 15), 0xab0e9789)
    a = Math.imul(rotate(a, 19) + b, 5) + 0x561ccd1b
    b ^= Math.imul(rotate(Math.imul(words[i + 1], 0xab0e9789), 16), 0x38b34ae5)
    b = Math.imul(rotate(b, 17) + c, 5) + 0x0bcaa747
    c ^= Math.imul(rotate(Math.imul(words[i + 2], 0x38b34ae5), 17), 0xa1e38b93)
    c = Math.imul(rotate(c, 15) + d, 5) + 0x96cd1c35
    d ^= Math.imul(rotate(Math.imul(words[i + 3], 0xa1e38b93), 18), 0x239b961b)
    d = Math.imul(rotate(d, 13) + a, 5) + 0x32ac3b17
  }
  const size = words.length * 4
  const sum = (a ^ size) + (b ^ size) + (c ^ size) + (d ^ size)
  const [e, f, g, h] = [finish(sum), finish((b ^ size) + sum), finish((c ^ size) + sum), finish((d ^ size) + sum)]
  const total = e + f + g + h
  return hex(total) + hex(f + total) + hex(g + total) + hex(h + total)
}

/** 32 hex digits from client, server and both initial sequence numbers. */
export const connectionId = (flow: Flow): string =>
  hash128([...flow.addresses, (flow.clientPort << 16) | flow.serverPort, flow.fromClient.initial, flow.fromServer.initial, 6])

/** Both initial sequence numbers, when a handshake told them. */
export const peerKeyOf = (flow: Flow): string | undefined => {
  const { fromClient: client, fromServer: server } = flow
  return client.told && server.told ? hex(client.initial) + hex(server.initial) : undefined
}
