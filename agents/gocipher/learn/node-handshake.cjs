// Handshakes in memory, made by any Node.js from version 12 on: plain script, given to it as text (node -e).
// Prints one line of JSON for each session, then "done", and keeps the sessions open until standard input ends.
const tls = require('node:tls')
const { Duplex } = require('node:stream')

/** As in layout.ts. */
const KEY = Buffer.alloc(16, 7)
const PSK = { psk: KEY, identity: 'spider' }
const SUITES = { 'TLSv1.3': 'TLS_AES_128_GCM_SHA256', 'TLSv1.2': 'PSK-AES128-GCM-SHA256' }

class End extends Duplex {
  _read() {}
  _write(chunk, _encoding, done) {
    if (this.seen) this.seen(chunk)
    setImmediate(() => this.peer.push(chunk))
    done()
  }
}

const handshake = (version) =>
  new Promise((resolve, reject) => {
    const near = new End()
    const far = new End()
    near.peer = far
    far.peer = near
    const session = { version, clientRandom: '', serverRandom: '', secrets: {} }
    far.seen = (chunk) => {
      if (session.serverRandom === '' && chunk[0] === 22 && chunk[5] === 2) session.serverRandom = chunk.toString('hex', 11, 43)
    }
    const options = { ciphers: SUITES[version], minVersion: version, maxVersion: version }
    const server = new tls.TLSSocket(far, { ...options, isServer: true, pskCallback: () => KEY })
    server.on('error', reject).on('data', () => resolve(session))
    const client = tls.connect({ ...options, socket: near, pskCallback: () => PSK, checkServerIdentity: () => undefined })
    client.on('keylog', (line) => {
      const [label, random, secret] = line.toString().trim().split(' ')
      session.clientRandom = random
      session.secrets[label] = secret
    })
    client.on('error', reject).on('secureConnect', () => client.write('x'))
    server.client = client
    open.push(server)
  })

const open = []
const main = async () => {
  for (const version of ['TLSv1.3', 'TLSv1.2', 'TLSv1.3', 'TLSv1.2']) console.log(JSON.stringify(await handshake(version)))
  console.log('done')
  process.stdin.on('end', () => process.exit(0)).resume()
}
main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
