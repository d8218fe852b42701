import { ago, bytes, count } from '../../logic/format.ts'
import { agents } from '../../state/agents.ts'
import { serverNow } from '../../state/clock.ts'

/** How each agent stands. */
export function AgentStates() {
  return (
    <section class="ranking agent-states">
      <h3>Agents</h3>
      {agents.value.length === 0 && <p class="soft">No agent has reported yet.</p>}
      <table>
        <tbody>
          {agents.value.map(({ agent, host, spider, silent, last_seen }) => (
            <tr key={agent.id}>
              <td>
                {agent.name} <span class="soft">on {host.hostname}</span>
              </td>
              <td>{silent && spider.state === 'capturing' ? 'silent' : spider.state}</td>
              <td class="end">
                {count(spider.captured.packets)} packets, {bytes(spider.captured.bytes)}
              </td>
              <td class="end">{count(spider.dropped.kernel + spider.overflow.packets)} lost</td>
              <td class="end soft">seen {ago(serverNow() - last_seen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
