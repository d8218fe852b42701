import { type Event, UnknownSource } from '#events/define.ts'
import { licenseUsage } from '#events/license-usage.ts'
import { declarations } from './declarations.ts'

/** Everybody tells what it uses: agents, functions, also those that send nothing else. */
const EVERYBODYS = new Map([[licenseUsage.type, /^\/(agents|functions)\/[^/]/]])
/** Run by a timer, and no function of its own: it wakes lanes. */
const SWEEP = '/functions/sweep'
const AGENT = /^\/agents\/[^/]/

const fromAgents = new Set(
  declarations.filter(({ trigger }) => trigger === 'agents').flatMap(({ consumes }) => consumes.map(({ type }) => type)),
)

const sendersOf = (type: string): string[] =>
  declarations.filter(({ produces }) => produces.some((each) => each.type === type)).map(({ name }) => `/functions/${name}`)

/** Throws `UnknownSource` when nobody of that name sends such events: they come from `/agents/<agent>`, or from `/functions/<name>` that declares them. */
export function checkSource({ type, source }: Event): void {
  if (EVERYBODYS.get(type)?.test(source)) return
  if (fromAgents.has(type)) {
    if (AGENT.test(source)) return
    throw new UnknownSource(`events of type ${type} are taken from /agents/<agent>, not from ${source}`)
  }
  const senders = [...sendersOf(type), SWEEP]
  if (!senders.includes(source))
    throw new UnknownSource(`events of type ${type} are taken from ${senders.join(' or ')}, not from ${source}`)
}
