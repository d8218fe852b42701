import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useAnswer } from './answer.ts'

/** Names that addresses have now, as far as they were asked for. */
export const hostNames = signal<ReadonlyMap<string, string>>(new Map())
/** What the server answers at a time. */
const MOST = 200

/** Asks for the names of addresses: calls from before a name was known have the address alone. */
export function useHostNames(addresses: readonly string[]): void {
  const unnamed = addresses.filter((address) => !hostNames.value.has(address)).slice(0, MOST)
  const question = { ips: unnamed.join(), from: undefined, to: undefined, q: undefined }
  const { value } = useAnswer<{ items: { ip: string; name: string }[] }>(unnamed.length > 0 ? '/hosts' : undefined, question)
  useEffect(() => {
    const learned = value?.items.filter(({ ip, name }) => hostNames.peek().get(ip) !== name) ?? []
    if (learned.length > 0) hostNames.value = new Map([...hostNames.peek(), ...learned.map(({ ip, name }) => [ip, name] as const)])
  }, [value])
}
