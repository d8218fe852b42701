import { Type } from 'typebox'

const cents = (description: string) => Type.Integer({ minimum: 0, description: `${description}, cents` })
const time = (description: string) => Type.String({ format: 'date-time', description })

export const Cores = Type.Number({ minimum: 0, maximum: 1_000_000, multipleOf: 0.001, description: 'Prepaid cores' })
export const Price = Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Of a core for a month, cents' })
export const Months = Type.Integer({ minimum: 1, maximum: 120 })

export const Term = Type.Object({ cores: Cores, price: Price, from: time('It begins'), to: time('The first moment after it') })

export const ContractDocument = Type.Object({ id: Type.String(), owner: Type.String(), terms: Type.Array(Term) })

export const LineDocument = Type.Object(
  {
    from: time('The half year begins'),
    to: time('The first moment after it'),
    used: Type.Number({ description: 'Core hours used in it' }),
    prepaid: Type.Number({ description: 'Core hours that the prepaid cores come to' }),
    extra: Type.Number({ description: 'Core hours beyond the prepaid ones' }),
    charge: cents('For `extra`, at 133 % of the core price'),
  },
  { title: 'Line of a regularisation' },
)

const Offer = Type.Object({
  cores: Type.Number(),
  prepaid: cents('For the year'),
  extra: cents('Expected beyond it'),
  total: cents('Together'),
  lines: Type.Array(LineDocument),
})

export const EstimateDocument = Type.Object({
  average: Type.Optional(Type.Number({ description: 'Cores that were busy on average so far' })),
  as_is: Offer,
  best: Offer,
  saved: cents('What the best number of cores saves'),
})
