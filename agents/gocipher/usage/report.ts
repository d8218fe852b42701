import type { NetworkUsage } from '#events/network-usage.ts'
import { addSums, type Flow, isNothing, noSums } from './flows.ts'
import type { Counted } from './kernel.ts'

type Usage = NetworkUsage['usages'][number]

/** What is known of a process beside its name and number. */
export type Who = Pick<Usage, 'container'> & Pick<Usage['process'], 'executable'>

/** Told apart in an event; as many as its schema takes. */
const MOST = 1000

/**
 * What an event says of what was counted: the flows with the most bytes, each with its process, and the rest in one sum for each transport.
 * @param who undefined: it is nobody's business.
 */
export function reportOf(
  { flows, others }: Counted,
  who: (process: Flow['process']) => Who | undefined,
): Pick<NetworkUsage, 'usages' | 'others'> {
  const found = flows.flatMap((flow) => {
    const known = who(flow.process)
    return known === undefined ? [] : [{ flow, known }]
  })
  found.sort((one, other) => bytesOf(other.flow) - bytesOf(one.flow))
  const rest = { tcp: noSums(), udp: noSums() }
  for (const transport of ['tcp', 'udp'] as const) addSums(rest[transport], others[transport])
  for (const { flow } of found.slice(MOST)) addSums(rest[flow.transport], flow)
  return {
    usages: found.slice(0, MOST).map(({ flow, known: { executable, container } }) => ({
      ...flow,
      process: { ...flow.process, ...(executable === undefined ? {} : { executable }) },
      ...(container === undefined ? {} : { container }),
    })),
    others: (['tcp', 'udp'] as const)
      .filter((transport) => !isNothing(rest[transport]))
      .map((transport) => ({ transport, ...rest[transport] })),
  }
}

const bytesOf = ({ sent, received }: Flow): number => sent.bytes + received.bytes
