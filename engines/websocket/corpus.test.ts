import { createDecipheriv, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusJson, corpusText, hasCorpus } from '../pcap/corpus.case.ts'
import { type Piece, play } from '../protocols/play.case.ts'
import { gather } from '../tcp/collect.case.ts'

/** The one capture with WebSocket. It is within TLS 1.3, and decrypted here with its key log, as tshark did. */
const NAME = 'made-tls/tls13-websocket'
const APPLICATION_DATA = 23
const OPCODES = ['continuation', 'text', 'binary', '', '', '', '', '', 'close', 'ping', 'pong']

/** RFC 8446 section 7.1, for one block of SHA-384. */
const expand = (secret: Buffer, label: string, length: number): Buffer => {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.from([0, length, name.length, ...name, 0, 1])
  return createHmac('sha384', secret).update(info).digest().subarray(0, length)
}

/** What a side sent as application data under TLS_AES_256_GCM_SHA384 (RFC 8446 section 5.2). Records under the keys of the handshake come first, and are passed over. */
const decrypted = (stream: Buffer, secret: Buffer): Buffer => {
  const [key, iv] = [expand(secret, 'key', 32), expand(secret, 'iv', 12)]
  const plain: Buffer[] = []
  let sequence = 0
  for (let at = 0; at + 5 <= stream.length; at += 5 + stream.readUInt16BE(at + 3)) {
    if (stream[at] !== APPLICATION_DATA) continue
    const body = stream.subarray(at + 5, at + 5 + stream.readUInt16BE(at + 3))
    const nonce = Buffer.from(iv)
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    decipher.setAAD(stream.subarray(at, at + 5)).setAuthTag(body.subarray(-16))
    const record = decipher.update(body.subarray(0, -16))
    try {
      decipher.final()
    } catch (error) {
      if (sequence > 0) throw error
      continue // under another key
    }
    sequence++
    const end = record.findLastIndex((byte) => byte !== 0)
    if (record[end] === APPLICATION_DATA) plain.push(record.subarray(0, end))
  }
  return Buffer.concat(plain)
}

interface Frame {
  opcode: number
  length: number
  masked: string
}

describe.skipIf(!hasCorpus)('WebSocket of the corpus', () => {
  it('is that of tshark: opcodes, lengths, who sent', () => {
    const keys = corpusText(`files/${NAME}.keys.txt`)
    const { streams } = gather(corpusBytes(`files/${NAME}.pcap`)).all[0]
    const pieces = streams.map((stream, side): Piece => {
      const secret = new RegExp(`^${side === 0 ? 'CLIENT' : 'SERVER'}_TRAFFIC_SECRET_0 \\w+ (\\w+)`, 'm').exec(keys)![1]
      return { side: side as 0 | 1, bytes: decrypted(Buffer.concat(stream), Buffer.from(secret, 'hex')) }
    })
    const { websocket } = corpusJson<{ websocket: Frame[] }>(`oracle/${NAME}.pcap.tshark.json`)
    for (const segments of [[Number.POSITIVE_INFINITY], [1000, 1]]) {
      const { calls, exchanges } = play(pieces, { segments })
      expect(exchanges.map(({ upgrade }) => upgrade)).toEqual(['websocket'])
      expect(calls.every(({ status, findings }) => status === 'complete' && findings.length === 0)).toBe(true)
      const ours = calls.map(({ action, request, response }) => `${request ? 1 : 0} ${action} ${(request ?? response)!.body!.bytes}`)
      expect(ours.sort()).toEqual(websocket.map(({ opcode, length, masked }) => `${masked} ${OPCODES[opcode]} ${length}`).sort())
    }
  })
})
