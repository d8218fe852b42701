import { readdirSync, readFileSync } from 'node:fs'
import { NAMESPACE, pause, runBeside, waitFor } from './cluster.ts'

interface Pod {
  metadata: { uid: string; name: string }
  status: { phase: string }
}

/** Kills the process of every instance of a function with SIGKILL, where the node is this machine; elsewhere its pods are taken away at once. Answers how many there were. */
export async function killFunction(service: string): Promise<number> {
  const found = async (): Promise<Pod[] | undefined> => {
    const text = await runBeside('kubectl', '-n', NAMESPACE, 'get', 'pod', '-l', `serving.knative.dev/service=${service}`, '-o', 'json')
    const running = (JSON.parse(text) as { items: Pod[] }).items.filter(({ status }) => status.phase === 'Running')
    return running.length > 0 ? running : undefined
  }
  const pods = await waitFor(`an instance of ${service}`, 60_000, found)
  for (const pod of pods) {
    const processes = processesOf(pod.metadata.uid, service)
    for (const id of processes) process.kill(id, 'SIGKILL')
    if (processes.length === 0)
      await runBeside('kubectl', '-n', NAMESPACE, 'delete', 'pod', pod.metadata.name, '--grace-period=0', '--force')
  }
  return pods.length
}

/** Kills it again and again for a while. */
export async function killOften(service: string, times: number, everyMs: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    if (time > 0) await pause(everyMs)
    await killFunction(service)
  }
}

/** Processes of this machine that run the function in the pod: its control group and its environment say so. */
function processesOf(pod: string, service: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter(
      (id) =>
        read(`/proc/${id}/cgroup`).includes(`pod${pod}`) && read(`/proc/${id}/environ`).split('\0').includes(`FUNCTION_TARGET=${service}`),
    )
    .map(Number)
}

/** Empty for a process that has ended meanwhile, or is another's. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
