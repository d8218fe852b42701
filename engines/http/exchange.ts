import type { HttpExchange } from './facts.ts'

/** An exchange changes while it is open: what is told or saved of it has its own. Bodies are shared: they are replaced, never changed. */
export const copyOfExchange = (exchange: HttpExchange): HttpExchange => ({
  ...exchange,
  request: exchange.request && { ...exchange.request },
  response: exchange.response && { ...exchange.response },
  interim: [...exchange.interim],
  missing: [...exchange.missing],
  findings: [...exchange.findings],
  ...(exchange.messages && { messages: [...exchange.messages] }),
})
