// Writes docs/asyncapi.json (AsyncAPI 3.0) from the event types. With --check it only compares, and exits 1 when the file is not what it should be.
import { readFileSync, writeFileSync } from 'node:fs'
import { registry } from '#events/registry.ts'
import { declarations } from '#functions/host/declarations.ts'

const FILE = new URL('../docs/asyncapi.json', import.meta.url)

const nameOf = (type: string): string => type.replaceAll('.', '-')
const isText = (contentType: string): boolean => contentType.endsWith('json')
const bytesAsText = (_key: string, value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)

const messages = Object.fromEntries(
  [...registry.values()].map(({ type, summary, schema, codec, example }) => [
    nameOf(type),
    {
      name: type,
      summary,
      contentType: codec.contentType,
      payload: schema,
      examples: [
        { summary: isText(codec.contentType) ? 'As JSON' : 'Bytes are shown in base64; they travel as they are', payload: example },
      ],
    },
  ]),
)

const channels = Object.fromEntries(
  [...registry.values()].map(({ type }) => [
    nameOf(type),
    { address: type, messages: { [nameOf(type)]: { $ref: `#/components/messages/${nameOf(type)}` } } },
  ]),
)

const operations = Object.fromEntries(
  declarations.flatMap(({ name, summary, consumes, produces }) => [
    ...consumes.map(({ type }) => [
      `${name}-receives-${nameOf(type)}`,
      { action: 'receive', summary, channel: { $ref: `#/channels/${nameOf(type)}` } },
    ]),
    ...produces.map(({ type }) => [`${name}-sends-${nameOf(type)}`, { action: 'send', channel: { $ref: `#/channels/${nameOf(type)}` } }]),
  ]),
)

const document = {
  asyncapi: '3.0.0',
  info: {
    title: 'Spider events',
    version: '1',
    description:
      'CloudEvents 1.0 in binary mode over HTTP. Extensions: partitionkey (the unit of order), sequence (its place in it), traceparent. This file is made by scripts/asyncapi.ts.',
  },
  channels,
  operations,
  components: { messages },
}

const text = `${JSON.stringify(document, bytesAsText, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('docs/asyncapi.json is not what the event types say: run node scripts/asyncapi.ts\n')
  process.exitCode = 1
}
