import { agents } from '../state/agents.ts'
import { CopyButton } from '../widgets/CopyButton.tsx'
import { Wanted } from '../widgets/Wanted.tsx'
import { AddFiles } from './DropZone.tsx'
import { localCaptures } from './registry.ts'

const Command = ({ children }: { children: string }) => (
  <p class="command">
    <code>{children}</code>
    <CopyButton text={() => children} label="Copy the command" />
  </p>
)

/** What to do when nothing was captured yet. */
export function Nothing() {
  const capturing = agents.value.filter(({ spider, silent }) => spider.state === 'capturing' && !silent)
  const failed = agents.value.filter(({ spider }) => spider.message !== undefined)
  return (
    <main class="nothing">
      <h2>Nothing was captured yet</h2>
      <p>
        {capturing.length > 0
          ? `${capturing.map(({ agent }) => agent.name).join(', ')} captures. The first call shows here by itself, as soon as one goes by.`
          : 'No agent captures at the moment. Calls show here by themselves, as soon as one does.'}
      </p>
      {failed.map(({ agent, spider }) => (
        <p key={agent.id} class="error">
          {agent.name}: {spider.message}
        </p>
      ))}
      <ul>
        <li>
          <h3>A living example</h3>
          <p>A small shop of four services on this machine, under steady load:</p>
          <Command>scripts/start --demo</Command>
        </li>
        <li>
          <h3>This machine</h3>
          <p>Captures its interfaces, or those you name:</p>
          <Command>scripts/start --interface eth0 --filter "tcp port 8080"</Command>
          <Wanted load={localCaptures} with={{}} />
        </li>
        <li>
          <h3>Another machine</h3>
          <p>An agent there, which sends to this server:</p>
          <Command>{`spider whisperer --server ${location.origin} --interface eth0`}</Command>
        </li>
        <li>
          <h3>A capture you have</h3>
          <p>Drop pcap, pcapng or HAR files anywhere on this page, also compressed with gzip or zstd.</p>
          <p>
            <AddFiles label="Choose files …" />
          </p>
        </li>
      </ul>
    </main>
  )
}
