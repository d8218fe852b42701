import { LICENSE_STOPPED, Transient } from '#adapters/bus/port.ts'

/** Why the last try failed, for people. `kept`: where meanwhile is what could not be sent, such as "in the spool". */
export const troubleOf = (error: Error, kept: string): string =>
  error instanceof Transient && error.problem === LICENSE_STOPPED
    ? `The license has stopped capture: the server takes nothing until its usage statistics are accepted. What comes meanwhile is kept ${kept}, as far as there is room, and sent then by itself (${error.message})`
    : error.message
