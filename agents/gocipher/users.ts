import { type Library, nameOf } from './libraries.ts'
import { type Process, processOf } from './processes.ts'

export interface User {
  process: Process
  libraries: Map<string, Library>
}

/** What a status says of a process and one of its libraries. */
export interface Line {
  pid: number
  name: string
  executable?: string
  container?: string
  library: string
  state: Library['state']
  reason?: string
}

/** Processes that use a TLS library. */
export class Users {
  readonly #users = new Map<number, User>()

  get(pid: number): Process | undefined {
    return this.#users.get(pid)?.process
  }

  /** @param process as it is now: an exec makes another of it. */
  add(process: Process, library: Library): void {
    const user = this.#users.get(process.pid) ?? { process, libraries: new Map() }
    user.process = process
    user.libraries.set(library.key, library)
    this.#users.set(process.pid, user)
  }

  remove(pid: number): void {
    this.#users.delete(pid)
  }

  /** Lets go of those that ended unseen. Answers the files that are in use. */
  sweep(): Set<string> {
    for (const pid of this.#users.keys()) if (processOf(pid) === undefined) this.#users.delete(pid)
    return new Set([...this.#users.values()].flatMap(({ libraries }) => [...libraries.keys()]))
  }

  lines(): Line[] {
    return [...this.#users.values()].flatMap(({ process, libraries }) =>
      [...libraries.values()].map((library) => ({
        pid: process.pid,
        name: process.name,
        ...(process.executable === undefined ? {} : { executable: process.executable }),
        ...(process.container === undefined ? {} : { container: process.container }),
        library: nameOf(library),
        state: library.state,
        ...(library.reason === undefined ? {} : { reason: library.reason }),
      })),
    )
  }
}
