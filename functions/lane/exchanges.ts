/** A call as one agent saw it: its document as JSON, and what tells the connection. */
export interface Parsed {
  id: string
  session: string
  peerKey: string | undefined
  json: string
}

/** Who takes the calls of a lane from a protocol function: the next function, in process or by event. */
export interface ExchangeConsumer {
  take(agent: string, sequence: number, parsed: readonly Parsed[]): Promise<void>
  /** Everything taken is durable when it resolves. */
  settle(): Promise<void>
}
