import type { Client, estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { StoreUnusable } from '../port.ts'
import type { ElasticsearchOptions, Server } from './connect.ts'
import { otherVersion, reasonOf } from './errors.ts'
import { aliasOf, FAMILIES } from './names.ts'
import { type Codec, codecOf, hasLifecycle } from './probe.ts'
import { type IndexChoices, policyOf, restTemplateOf, STORE_VERSION, templateOf } from './templates.ts'

const OLDEST = 9

type Properties = Record<string, estypes.MappingProperty>

/**
 * Creates templates and policies, or adds to them what this version knows and they do not. Any number of processes may do so at once: all write the same.
 * Throws `StoreUnusable` when the server is too old, or the indices are a newer version's.
 */
export async function setUp({ client, name }: Server, prefix: string, options: ElasticsearchOptions): Promise<{ version: string }> {
  const version = await requireServer(client, name)
  await requireVersion(client, name, prefix)
  const choices: IndexChoices = {
    shards: options.shards ?? 1,
    lifecycle: await hasLifecycle(client),
    codec: options.codec ?? (await chosenCodec(client, prefix)) ?? (await codecOf(client, prefix)),
  }
  await Promise.all(
    FAMILIES.map(async (family) => {
      if (choices.lifecycle) await client.ilm.putLifecycle(policyOf(prefix, family, options.keepDays))
      await putTemplate(client, templateOf(prefix, family, choices))
      await putTemplate(client, restTemplateOf(prefix, family, choices))
      await addFields(client, prefix, family, choices)
    }),
  )
  return { version }
}

async function requireServer(client: Client, name: string): Promise<string> {
  const { nodes } = await client.nodes.info({ node_id: '_local', filter_path: 'nodes.*.version' })
  const { version } = Object.values(nodes)[0]
  if (Number.parseInt(version, 10) < OLDEST) throw otherVersion(name, version)
  return version
}

async function requireVersion(client: Client, name: string, prefix: string): Promise<void> {
  const { index_templates } = await client.indices.getIndexTemplate({ name: `${prefix}-*`, filter_path: '**._meta' }).then(
    (found) => ({ index_templates: found.index_templates ?? [] }),
    (error) => {
      if (reasonOf(error).status === 404) return { index_templates: [] }
      throw error
    },
  )
  const mappings = await client.indices.getMapping({ index: `${prefix}-*`, filter_path: '*.mappings._meta' })
  const metas = [
    ...index_templates.map(({ index_template }) => index_template?._meta),
    ...Object.values(mappings).map(({ mappings }) => mappings?._meta),
  ]
  const newest = Math.max(0, ...metas.map((meta) => Number(meta?.version ?? 0)))
  if (newest > STORE_VERSION)
    throw new StoreUnusable(
      `the indices ${prefix}-* on ${name} were written by version ${newest} of the store, this is version ${STORE_VERSION}: start a Spider that is as new, or choose another prefix`,
    )
}

/** What the first process that started here found. */
async function chosenCodec(client: Client, prefix: string): Promise<Codec | undefined> {
  const { index_templates } = await client.indices.getIndexTemplate(
    { name: aliasOf(prefix, 'exchanges'), flat_settings: true },
    { ignore: [404] },
  )
  const settings = index_templates?.[0]?.index_template.template?.settings as Record<string, unknown> | undefined
  const codec = settings?.['index.codec']
  return codec === 'default' || codec === 'best_compression' ? codec : undefined
}

/** A field that a template has and ours has not is left in it: a process of another build, in the middle of an update, may know more. */
async function putTemplate(client: Client, ours: estypes.IndicesPutIndexTemplateRequest): Promise<void> {
  const theirs = await client.indices.getIndexTemplate({ name: ours.name }, { ignore: [404] })
  const properties = theirs.index_templates?.[0]?.index_template.template?.mappings?.properties
  const mappings = { ...ours.template!.mappings, properties: union(properties ?? {}, ours.template!.mappings!.properties!) }
  await client.indices.putIndexTemplate({ ...ours, template: { ...ours.template, mappings } })
}

/** Indices that are there already learn the fields they have not; documents that are in them are found by these only once they are written again. */
async function addFields(client: Client, prefix: string, family: Family, choices: IndexChoices): Promise<void> {
  const alias = aliasOf(prefix, family)
  const { properties, _meta } = templateOf(prefix, family, choices).template!.mappings!
  const mappings = await client.indices.getMapping({ index: `${alias}-*` })
  const lacking = Object.entries(mappings).filter(
    ([, { mappings }]) => mappings._meta?.version !== STORE_VERSION || !covers(mappings.properties ?? {}, properties!),
  )
  await Promise.all(lacking.map(([index]) => client.indices.putMapping({ index, properties, _meta }, { ignore: [404] })))
}

/** Fields of both; where both know one, ours. */
function union(theirs: Properties, ours: Properties): Properties {
  const all: Properties = { ...theirs, ...ours }
  for (const [name, property] of Object.entries(ours)) {
    const other = theirs[name]
    if (inner(property) !== undefined && inner(other) !== undefined)
      all[name] = { ...property, properties: union(inner(other)!, inner(property)!) } as estypes.MappingProperty
  }
  return all
}

function covers(theirs: Properties, ours: Properties): boolean {
  return Object.entries(ours).every(
    ([name, property]) => theirs[name] !== undefined && covers(inner(theirs[name]) ?? {}, inner(property) ?? {}),
  )
}

const inner = (property: estypes.MappingProperty | undefined): Properties | undefined =>
  property !== undefined && 'properties' in property ? property.properties : undefined
