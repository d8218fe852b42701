import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeLine } from '#engines/tls/keylog.ts'
import { installed } from './able.case.ts'
import { KeyLogs } from './key-logs.ts'
import { Targets } from './targets.case.ts'

/** `mvn dependency:get -Dartifact=name.neykov:extract-tls-secrets:4.0.0` puts it there. */
const JAVA_AGENT = join(homedir(), '.m2/repository/name/neykov/extract-tls-secrets/4.0.0/extract-tls-secrets-4.0.0.jar')
const hasJava = installed('java') && existsSync(JAVA_AGENT)
if (!hasJava) console.log(`skipped: Java's key log, for want of java or ${JAVA_AGENT}`)
if (!installed('openssl')) console.log('skipped: key logs of programs, for want of openssl')

const JAVA = `import java.net.*; import javax.net.ssl.*; import java.security.cert.*;
public class Get { public static void main(String[] words) throws Exception {
  TrustManager[] any = { new X509TrustManager() {
    public X509Certificate[] getAcceptedIssuers() { return null; }
    public void checkClientTrusted(X509Certificate[] chain, String type) {}
    public void checkServerTrusted(X509Certificate[] chain, String type) {} } };
  SSLContext context = SSLContext.getInstance("TLSv1.3"); context.init(null, any, null);
  HttpsURLConnection call = (HttpsURLConnection) new URL(words[0]).openConnection();
  call.setSSLSocketFactory(context.getSocketFactory()); call.setHostnameVerifier((host, session) -> true);
  if (call.getResponseCode() != 200) System.exit(1);
} }
`

const folder = mkdtempSync(join(tmpdir(), 'keylogs-live-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(!installed('openssl'))('what programs write into a folder themselves is read', () => {
  const told = new Set<string>()
  const wrong: string[] = []
  const watched = join(folder, 'logs')
  let targets: Targets
  let logs: KeyLogs
  let url: string
  beforeAll(async () => {
    mkdirSync(watched)
    targets = new Targets(folder)
    url = `https://127.0.0.1:${await targets.server('-www')}/`
    logs = new KeyLogs(
      [watched],
      (line) => told.add(writeLine(line)),
      (message) => wrong.push(message),
    )
  })
  afterAll(async () => {
    logs?.close()
    await targets?.stop()
  })

  /** All that the server says of its last session, but for what the program does not write. */
  const agrees = (...unwritten: string[]): void => {
    logs.look()
    const known = [...targets.known()].filter((line) => !unwritten.includes(line.split(' ')[0]))
    expect(known.length).toBeGreaterThan(3)
    expect([...told].toSorted()).toEqual(known.toSorted())
    expect(wrong).toEqual([])
    told.clear()
    targets.clear()
  }

  it('Node.js, with --tls-keylog', async () => {
    const script = `require('https').get('${url}', { rejectUnauthorized: false }, (answer) => answer.resume())`
    await targets.run(process.execPath, [`--tls-keylog=${join(watched, 'node.log')}`, '-e', script], { SSLKEYLOGFILE: '' })
    agrees()
  })

  it.skipIf(!installed('curl'))('curl, with SSLKEYLOGFILE', async () => {
    await targets.run('curl', ['-sk', url], { SSLKEYLOGFILE: join(watched, 'curl.log') })
    agrees()
  })

  it.skipIf(!hasJava)('Java, with an agent', async () => {
    writeFileSync(join(folder, 'Get.java'), JAVA)
    await targets.run('java', [`-javaagent:${JAVA_AGENT}=${join(watched, 'java.log')}`, join(folder, 'Get.java'), url])
    agrees('EXPORTER_SECRET')
  })
})
