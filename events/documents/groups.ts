import { type Static, Type } from 'typebox'

/** What is computed of a group, of all that the range holds, or of what is left out. Durations in ns. */
const figures = {
  count: Type.Integer(),
  errors: Type.Optional(Type.Number()),
  bytes: Type.Optional(Type.Number()),
  min: Type.Optional(Type.Number()),
  mean: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  p50: Type.Optional(Type.Number()),
  p90: Type.Optional(Type.Number()),
  p99: Type.Optional(Type.Number()),
  first: Type.Optional(Type.Number()),
  last: Type.Optional(Type.Number()),
}

const Figures = Type.Object(figures, { description: 'Of all, whatever groups are answered' })
export type Figures = Static<typeof Figures>

const Group = Type.Object({
  key: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]), {
    description: 'As by says; null: has none. Of bins, where they begin',
  }),
  ...figures,
})
export type Group = Static<typeof Group>

const Others = Type.Object(
  { groups: Type.Integer(), count: Type.Integer(), errors: Type.Optional(Type.Integer()), bytes: Type.Optional(Type.Integer()) },
  { description: 'What the groups answered do not count; left out when they are all' },
)

/** Calls or sessions of a range counted and measured by groups. */
export const Groups = Type.Object({
  from: Type.Number(),
  to: Type.Number(),
  width: Type.Number({ description: 'Of a bin of `time`, ms' }),
  groups: Type.Array(Group),
  total: Figures,
  others: Type.Optional(Others),
  partial: Type.Optional(Type.Boolean({ description: 'Too many groups to look at all of them' })),
})
export type Groups = Static<typeof Groups>
