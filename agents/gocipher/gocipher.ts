import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyLogLine, writeLine } from '#engines/tls/keylog.ts'
import { agentStatus } from '#events/agent-status.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { type TlsSecrets, tlsSecrets } from '#events/tls-secrets.ts'
import { Outbox } from '../agent/outbox.ts'
import { Pace } from '../agent/pace.ts'
import { isWanted } from './filter.ts'
import { Kernel, type Told } from './kernel.ts'
import { KeyLogs } from './key-logs.ts'
import { kindOf, Libraries, type Library, nameOf } from './libraries.ts'
import { keyLogLine, linesOf } from './lines.ts'
import { type Mapping, mappingsOf, pids, processOf } from './processes.ts'
import { openRecords, type Records } from './records.ts'
import type { GocipherSetup } from './setup.ts'
import { statusOf } from './status.ts'
import { ToldOnce } from './told-once.ts'
import { Usage } from './usage/usage.ts'
import { Users } from './users.ts'

type Session = Extract<Told, { kind: 'session' }>
type Line = Extract<Told, { kind: 'key log' }>
type Secret = TlsSecrets['secrets'][number]

/** How long (ms) the kernel is waited for at a time. */
const TURN = 250
/** Secrets are sent when so many wait, or the first has waited so long (ms). */
const BATCH = 500
const BATCH_AGE = 20
/** Processes are looked for again, should news of one have been lost. */
const LOOK_AGAIN = 30_000
const MOST_EVENTS = 1000
const LAST_WAIT = 5000
const LIBRARY_FOLDERS = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64']

/** Takes secrets of TLS sessions out of running processes and sends them as `tls.secrets` events; with them goes what the processes send and receive. */
export class Gocipher {
  readonly #setup: GocipherSetup
  readonly #outbox: Outbox
  readonly #users = new Users()
  readonly #told = new ToldOnce()
  readonly #usage: Usage
  readonly #pace: Pace
  #kernel!: Kernel
  #libraries!: Libraries
  #records!: Records
  #keyLogs: KeyLogs | undefined
  #secrets: Secret[] = []
  #flushing: NodeJS.Timeout | undefined
  #timers: NodeJS.Timeout[] = []
  #running: Promise<void> = Promise.resolve()
  #counting: Promise<void> = Promise.resolve()
  #stopping = false
  #counts = { sessions: 0, lost: 0, unread: 0, events: 0, bytes: 0, statuses: 0 }
  #message: string | undefined

  constructor(setup: GocipherSetup) {
    this.#setup = setup
    this.#pace = new Pace({ every: setup.options.statusInterval, idle: setup.options.statusIdle })
    this.#outbox = new Outbox({ bus: setup.bus, most: MOST_EVENTS, lost: ({ data }, reason) => this.#lose(data, reason) })
    this.#usage = new Usage(setup)
  }

  /** Begins; resolves when the processes that run are attached to, and their libraries learned. Throws `Refused`. */
  async start(): Promise<void> {
    const { options } = this.#setup
    this.#kernel = await Kernel.open(options.cache, (told) => this.#hear(told))
    this.#libraries = new Libraries(this.#kernel, options.cache)
    this.#records = openRecords(
      this.#kernel.bpf,
      (pid, mapping) => this.#meet(pid, mapping),
      (pid) => this.#users.remove(pid),
    )
    if (options.pid.length === 0) this.#meetHost()
    this.#look()
    if (options.keylogs.length > 0)
      this.#keyLogs = new KeyLogs(
        options.keylogs,
        (line) => this.#copy(line),
        (wrong) => this.#warn(wrong),
      )
    this.#running = this.#turn()
    await this.#libraries.settled()
    this.#tellStatus()
    // Nobody has to wait for it.
    this.#counting = this.#usage.start().then(() => this.#tellStatus())
    this.#timers.push(setInterval(() => this.#tellWhenDue(), options.statusInterval))
    this.#timers.push(setInterval(() => this.#look(), LOOK_AGAIN))
  }

  /** Detaches, and sends what it has. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#keyLogs?.close()
    await this.#running
    await this.#counting
    await this.#usage.stop()
    this.#flush()
    this.#tellStatus()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WAIT)
    })
    await Promise.race([Promise.all([this.#outbox.sentAll(), this.#usage.sentAll()]), late])
    clearTimeout(timer)
    this.#outbox.close()
    this.#usage.close()
    this.#records.close()
    await this.#kernel.close()
  }

  /** What it says of itself. */
  status(): StatusDocument {
    const { sessions, lost, unread, bytes, statuses } = this.#counts
    return statusOf({
      setup: this.#setup,
      number: statuses,
      state: this.#stopping ? 'stopped' : 'capturing',
      sessions,
      lost: lost + this.#kernel.lost,
      unread,
      processes: this.#users.lines(),
      network: this.#usage.status(),
      sent: { ...this.#outbox.sent, bytes },
      message: this.#message ?? this.#outbox.trouble,
    })
  }

  async #turn(): Promise<void> {
    while (!this.#stopping) {
      await this.#kernel.bpf.wait([this.#kernel.fd, this.#records.fd], TURN)
      // Who it is comes first: a short process is gone soon.
      this.#records.consume()
      this.#kernel.consume()
    }
  }

  /** The processes there are, and what they have mapped. */
  #look(): void {
    for (const pid of pids()) {
      if (this.#isMine(pid)) for (const mapping of mappingsOf(pid)) this.#meet(pid, mapping)
    }
    void this.#libraries.forget(this.#users.sweep())
  }

  /** A library of this machine is attached to before the first process uses it: a short one would be over before its library is learned. */
  #meetHost(): void {
    const folders = LIBRARY_FOLDERS.filter((folder) => existsSync(folder))
    const deeper = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => join(folder, name)),
    )
    for (const folder of [...folders, ...deeper]) {
      for (const name of readdirSync(folder)) {
        if (!/^lib(ssl|gnutls)[.-].*so/.test(name)) continue
        const path = realpathSync(join(folder, name))
        const { dev, ino } = statSync(path)
        this.#libraries.meet(process.pid, { key: keyOf(dev, ino), path, range: '' })
      }
    }
  }

  #isMine(pid: number): boolean {
    const found = pid === process.pid ? undefined : processOf(pid)
    return found !== undefined && isWanted(this.#setup.options, found)
  }

  #meet(pid: number, mapping: Mapping): void {
    if (this.#libraries.isUseless(mapping.key) || !this.#isMine(pid)) return
    const library = this.#libraries.meet(pid, mapping)
    const found = library && processOf(pid)
    if (found) this.#users.add(found, library)
  }

  #hear(told: Told): void {
    const library = this.#libraries.of(told.library)
    if (!library) return
    if (told.kind === 'pointer') this.#libraries.point(told.library, told.structure)
    else if (told.kind === 'session') this.#read(told, library)
    else this.#take(told, library, [keyLogLine(told.label, told.clientRandom, told.secret)])
  }

  #read(told: Session, library: Library): void {
    const lines = linesOf(kindOf(library), told)
    this.#libraries.judge(library, lines !== undefined)
    if (lines) this.#take(told, library, lines)
    else this.#counts.unread++
  }

  #take({ pid, name, at, clientRandom, ...told }: Session | Line, library: Library, lines: readonly string[]): void {
    const found = this.#users.get(pid) ?? processOf(pid) ?? { pid, name, cgroups: '', ancestors: [] }
    if (pid === process.pid || (!this.#users.get(pid) && !isWanted(this.#setup.options, found))) return
    // Go tells one secret at a time.
    const key = clientRandom.toString('hex')
    if (!this.#told.isNews('label' in told ? `${key} ${told.label}` : key, lines.length)) return
    if (!('label' in told) || this.#told.isNews(`${key} Go`, 1)) this.#counts.sessions++
    const { executable, container } = found
    for (const keylog of lines) {
      this.#add({
        keylog,
        at,
        process: { pid, name: found.name, ...(executable === undefined ? {} : { executable }) },
        ...(container === undefined ? {} : { container: { id: container } }),
        library: nameOf(library),
      })
    }
  }

  /** A line of a key log that a program wrote itself. */
  #copy(line: KeyLogLine): void {
    if (!this.#told.isNews(`${line.clientRandom} ${line.label}`, 1)) return
    if (this.#told.isNews(`${line.clientRandom} key log`, 1)) this.#counts.sessions++
    this.#add({ keylog: writeLine(line), at: Date.now() * 1000 })
  }

  #add(secret: Secret): void {
    this.#secrets.push(secret)
    if (this.#secrets.length >= BATCH) this.#flush()
    else this.#flushing ??= setTimeout(() => this.#flush(), BATCH_AGE)
  }

  #warn(message: string): void {
    this.#message = message
  }

  #flush(): void {
    clearTimeout(this.#flushing)
    this.#flushing = undefined
    if (this.#secrets.length === 0) return
    const { id } = this.#setup.identity
    const data: TlsSecrets = { agent: id, secrets: this.#secrets.splice(0) }
    this.#counts.bytes += tlsSecrets.codec.encode(data).length
    this.#counts.events++
    this.#outbox.send(
      tlsSecrets.make(`/agents/${id}`, data, { id: `${id}/secrets/${this.#counts.events}`, time: new Date().toISOString() }),
    )
  }

  #lose(data: unknown, reason: string): void {
    const secrets = (data as Partial<TlsSecrets>).secrets ?? []
    this.#counts.lost += new Set(secrets.map(({ keylog }) => keylog.split(' ')[1])).size
    if (secrets.length > 0) this.#message = `secrets were lost: ${reason}`
  }

  #tellWhenDue(): void {
    // Not what was sent: a status is sent too, and would never be the last.
    const { state, message, tls, network } = this.status().spider
    const next = this.#pace.next({ state, message, tls, network }, Date.now())
    if (next !== undefined) this.#tellStatus(next)
  }

  #tellStatus(next = this.#setup.options.statusInterval): void {
    this.#counts.statuses++
    const status = this.status()
    status.spider.next = next / 1000
    const attributes = { id: status.event.id, time: status['@timestamp'] }
    this.#outbox.send(agentStatus.make(`/agents/${this.#setup.identity.id}`, status, attributes))
  }
}

/** As /proc/PID/maps writes it. */
const keyOf = (device: number, inode: number): string => {
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)]
  return `${hexadecimal(major)}:${hexadecimal(minor)}:${inode}`
}

const hexadecimal = (number: number): string => number.toString(16).padStart(2, '0')
