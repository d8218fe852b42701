import * as comparator from '@pactflow/openapi-pact-comparator'

interface Result {
  type: 'error' | 'warning' | 'info'
  code: string
  message: string
}

/** Its types are not found where modules are resolved as Node does it. */
const { Comparator } = comparator as unknown as {
  Comparator: new (of: { oas: unknown }) => { compare(pact: unknown): AsyncIterable<Result> }
}

/** What a program that knows both formats finds wrong with a pact, by an OpenAPI document: a line each. */
export async function faultsOfPact(pact: unknown, oas: unknown): Promise<string[]> {
  const faults: string[] = []
  for await (const { type, code, message } of new Comparator({ oas }).compare(pact))
    if (type === 'error') faults.push(`${code}: ${message}`)
  return faults
}
