import { ago, bytes, count, duration } from '../logic/format.ts'
import { uncounted } from '../logic/network.ts'
import { type Agent, agents } from '../state/agents.ts'
import { serverNow } from '../state/clock.ts'
import { Popover } from '../widgets/Popover.tsx'
import { Wanted } from '../widgets/Wanted.tsx'
import { AgentCourse } from './AgentCourse.tsx'
import { localCaptures } from './registry.ts'

type Look = 'on' | 'waiting' | 'wrong' | ''

const lookOf = ({ silent, spider }: Agent): Look => {
  if (spider.state === 'failed' || (silent && spider.state === 'capturing')) return 'wrong'
  if (spider.state === 'stopped') return ''
  return spider.dropped.kernel + spider.overflow.packets > 0 ? 'waiting' : 'on'
}

const stateOf = ({ silent, spider }: Agent): string => (silent && spider.state === 'capturing' ? 'silent' : spider.state)

/** How the agents are: one word in the bar, all of it when opened. */
export function Agents() {
  const list = agents.value
  const looks = list.map(lookOf)
  const worst = (['wrong', 'waiting', 'on'] as const).find((look) => looks.includes(look)) ?? ''
  const capturing = list.filter((agent) => stateOf(agent) === 'capturing').length
  return (
    <Popover
      label="Agents"
      buttonClass="quiet agents-button"
      button={
        <>
          <i class={`dot ${worst}`} />
          {list.length === 0 ? 'No agent' : `${capturing} of ${list.length} capturing`}
        </>
      }
    >
      <div class="agents">
        <Wanted load={localCaptures} with={{}} />
        {list.length === 0 && (
          <p class="soft">
            No agent has reported yet. <code>spider whisperer --server {location.origin} --interface eth0</code> starts one.
          </p>
        )}
        {list.map((agent) => (
          <AgentCard key={agent.agent.id} agent={agent} />
        ))}
      </div>
    </Popover>
  )
}

function networkFact(spider: Agent['spider']): [string, string, boolean] {
  const missing = uncounted(spider)
  return ['Network usage', missing.length > 0 ? missing.join('; ') : 'counted', missing.length > 0]
}

function AgentCard({ agent }: { agent: Agent }) {
  const { spider, host } = agent
  const { captured, dropped, filtered, overflow, sent, spool, source } = spider
  const facts: [string, string, boolean?][] = [
    ['Captured', `${count(captured.packets)} packets, ${bytes(captured.bytes)}`],
    ['Left out', `${count(filtered.packets)} packets${filtered.own ? `, ${count(filtered.own)} of them Spider's own` : ''}`],
    ['Dropped by kernel', count(dropped.kernel), dropped.kernel > 0],
    ['Dropped by interface', count(dropped.interface), dropped.interface > 0],
    ['Overflow', `${count(overflow.packets)} packets of ${count(overflow.conversations)} conversations`, overflow.packets > 0],
    ['Sent', `${count(sent.events)} events, ${bytes(sent.bytes)}${sent.retries ? `, ${count(sent.retries)} retries` : ''}`],
    ['Spool', `${bytes(spool.bytes)} of ${bytes(spool.limit)}`, spool.bytes > 0],
    ...(spider.network ? [networkFact(spider)] : []),
    ['CPU, memory', `${duration(spider.cpu * 1_000_000)}, ${bytes(spider.memory)}`],
  ]
  return (
    <article class="agent">
      <h3>
        <i class={`dot ${lookOf(agent)}`} />
        {agent.agent.name}{' '}
        <span class="soft">
          {stateOf(agent)} · seen {ago(serverNow() - agent.last_seen)}
        </span>
      </h3>
      <p class="soft">
        {host.hostname} · {source.kind} {source.names.join(', ')} {source.filter && <code>{source.filter}</code>}
      </p>
      {spider.message && <p class="error">{spider.message}</p>}
      <AgentCourse id={agent.agent.id} spoke={Date.parse(agent['@timestamp'])} />
      <dl>
        {facts.map(([name, text, bad]) => (
          <div key={name} class={bad ? 'bad' : ''}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </article>
  )
}
