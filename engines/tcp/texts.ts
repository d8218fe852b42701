import type { Endpoint } from './facts.ts'

/** Texts of a conversation, made when somebody asks for them and kept until its state is saved: an idle one has none. */
export class Texts {
  key: string | undefined = undefined
  id: string | undefined = undefined
  client: Endpoint | undefined = undefined
  server: Endpoint | undefined = undefined
}
