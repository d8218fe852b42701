/** What a sequence diagram of Mermaid holds. */
export interface Read {
  participants: string[]
  asked: number
  answered: number
}

const BLOCKS = ['loop', 'par'] as const
const MESSAGE = /^(p\d+)(->>\+|-->>-|--x-)(p\d+): [^;%]+$/

/** Reads the part of the language that diagrams are written in, strictly. Throws with the line that is not of it. */
export function readMermaid(text: string): Read {
  const [first, ...lines] = text.split('\n')
  if (first !== 'sequenceDiagram') throw new Error('no sequence diagram')
  const read: Read = { participants: [], asked: 0, answered: 0 }
  const known = new Set<string>()
  const active = new Map<string, number>()
  const open: string[] = []
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim()
    const wrong = (why: string) => new Error(`line ${i + 2}, ${JSON.stringify(line)}: ${why}`)
    if (line === '') continue
    // Entities end in a semicolon, which else would end the statement.
    const plain = line.replace(/#\d+;/g, '')
    if (/[#;]|%%/.test(plain)) throw wrong('a sign that is not escaped')
    const participant = /^participant (p\d+) as (.+)$/.exec(line)
    const message = MESSAGE.exec(plain)
    const note = /^Note over (p\d+): .+$/.exec(line)
    const block = BLOCKS.find((name) => line.startsWith(`${name} `))
    if (participant) {
      known.add(participant[1])
      read.participants.push(participant[2])
    } else if (message) {
      const [, from, arrow, to] = message
      if (!known.has(from) || !known.has(to)) throw wrong('an unknown participant')
      const [who, step] = arrow === '->>+' ? [to, 1] : [from, -1]
      const now = (active.get(who) ?? 0) + step
      if (now < 0) throw wrong('deactivates who is not active')
      active.set(who, now)
      read[step === 1 ? 'asked' : 'answered']++
    } else if (note) {
      if (!known.has(note[1])) throw wrong('an unknown participant')
    } else if (block) open.push(block)
    else if (line === 'and') {
      if (open.at(-1) !== 'par') throw wrong('and outside par')
    } else if (line === 'end') {
      if (open.pop() === undefined) throw wrong('end of nothing')
    } else throw wrong('no statement')
  }
  if (open.length > 0) throw new Error(`${open.at(-1)} is not ended`)
  return read
}
