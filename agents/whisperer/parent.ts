import type { RefusedFor } from '#adapters/capture/port.ts'
import type { StatusDocument } from '#events/documents/status.ts'

/** What the agent tells the process that started it with a channel (IPC), every second and at its end. */
export type Told = { kind: 'status'; status: StatusDocument } | { kind: 'refused'; message: string; refusedFor: RefusedFor }

/** Without such a process, or when it is gone, nobody is told. */
export const tellParent = (told: Told): void => {
  if (process.connected) process.send?.(told, () => {})
}

/** Lets go of the channel, which keeps the process alive. */
export const leaveParent = (): void => {
  if (process.connected) process.disconnect()
}
