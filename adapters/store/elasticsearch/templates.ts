import type { estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { mappingOf } from './mappings.ts'
import { aliasOf, REST } from './names.ts'
import type { Codec } from './probe.ts'

/** Of what the indices mean. Counts up when a field changes its meaning; a field more is no new version. */
export const STORE_VERSION = 1

export interface IndexChoices {
  shards: number
  /** The server has index lifecycle management. */
  lifecycle: boolean
  codec: Codec
}

/** The index template of a family, by its name: every index that is made later has these settings, mappings and its alias. */
export function templateOf(prefix: string, family: Family, choices: IndexChoices): estypes.IndicesPutIndexTemplateRequest {
  const alias = aliasOf(prefix, family)
  return {
    name: alias,
    index_patterns: [`${alias}-*`],
    priority: 500, // above what Elasticsearch brings itself
    _meta: { version: STORE_VERSION },
    template: {
      settings: settings(choices, choices.lifecycle ? alias : undefined),
      mappings: mappingOf(family, STORE_VERSION),
      aliases: { [alias]: {} },
    },
  }
}

/** The rest has no day in its name, so that the server could not tell its age. */
export function restTemplateOf(prefix: string, family: Family, choices: IndexChoices): estypes.IndicesPutIndexTemplateRequest {
  const { template, ...others } = templateOf(prefix, family, choices)
  const name = `${aliasOf(prefix, family)}-${REST}`
  return { ...others, name, index_patterns: [name], priority: 501, template: { ...template, settings: settings(choices, undefined) } }
}

const settings = ({ shards, codec }: IndexChoices, policy: string | undefined): estypes.IndicesIndexSettings => ({
  index: {
    number_of_shards: shards,
    auto_expand_replicas: '0-1',
    codec,
    refresh_interval: '30s', // `flush` refreshes what it wrote; this is for what a process that died had written
    translog: { durability: 'request' },
    ...(policy !== undefined && { lifecycle: { name: policy, parse_origination_date: true } }),
  },
})

/** After two days, when nothing is written again, an index is merged into one segment per shard; after `keepDays` the server deletes it. */
export function policyOf(prefix: string, family: Family, keepDays: number | undefined): estypes.IlmPutLifecycleRequest {
  return {
    name: aliasOf(prefix, family),
    policy: {
      _meta: { version: STORE_VERSION },
      phases: {
        hot: { actions: { set_priority: { priority: 100 } } },
        warm: { min_age: '2d', actions: { forcemerge: { max_num_segments: 1 }, set_priority: { priority: 50 } } },
        ...(keepDays !== undefined && { delete: { min_age: `${keepDays + 1}d`, actions: { delete: {} } } }), // age counts from the day's beginning
      },
    },
  }
}
