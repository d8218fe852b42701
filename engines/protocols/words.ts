/** Texts that are not kept once more: in number, and in characters of all of them. */
const MOST = 65_536
const MOST_CHARACTERS = 16 * 1024 * 1024
/** Texts that are remembered when they were met once. */
const MOST_MET = 4096

/** Texts that more than one holds are kept once, each under a number, for as long as anybody does. */
export class Words {
  private readonly numbers = new Map<string, number>()
  private readonly texts: string[] = []
  private readonly holders: number[] = []
  private readonly free: number[] = []
  private characters = 0
  private met = new Set<string>()
  private metBefore = new Set<string>()

  /** Of a text that is kept, its number, which has one holder more. */
  held(text: string): number | undefined {
    const number = this.numbers.get(text)
    if (number !== undefined) this.holders[number]++
    return number
  }

  /** Keeps a text when it is met again, for the one that asks. Answers its number; undefined: it is not kept. */
  keep(text: string): number | undefined {
    if (!this.isMet(text) || this.numbers.size >= MOST || this.characters + text.length > MOST_CHARACTERS) return undefined
    const number = this.free.pop() ?? this.texts.length
    this.numbers.set(text, number)
    this.texts[number] = text
    this.holders[number] = 1
    this.characters += text.length
    return number
  }

  private isMet(text: string): boolean {
    if (this.met.delete(text) || this.metBefore.delete(text)) return true
    this.met.add(text)
    if (this.met.size < MOST_MET) return false
    this.metBefore = this.met
    this.met = new Set()
    return false
  }

  textOf(number: number): string {
    return this.texts[number]
  }

  /** One holder less. Answers whether it was the last one: the text is let go. */
  release(number: number): boolean {
    if (--this.holders[number] > 0) return false
    const text = this.texts[number]
    this.numbers.delete(text)
    this.texts[number] = ''
    this.free.push(number)
    this.characters -= text.length
    return true
  }

  /** How many are kept. */
  get size(): number {
    return this.numbers.size
  }
}
