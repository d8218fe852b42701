import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { estimate } from '#engines/license/estimate.ts'
import { regularise } from '#engines/license/regularisation.ts'
import { estimateYear } from '#engines/license/year.ts'
import { LicenseDocument } from '#events/documents/license.ts'
import { UsageStatistics } from '#events/documents/statistics.ts'
import { Problem } from '../../problem.ts'
import { hourDocuments } from '../hours.ts'
import { checkOwner, checkVendor, licenseOf } from './access.ts'
import { contractDocument, estimateDocument, lineDocument } from './documents.ts'
import type { Contract, LicenseOffice } from './office.ts'
import { ContractDocument, Cores, EstimateDocument, LineDocument, Months, Price } from './schemas.ts'
import type { SigningKeys } from './signing.ts'

export interface LicenseServerPorts {
  office: LicenseOffice
  keys: SigningKeys
  /** The vendor's bearer token; undefined: nobody may issue licenses. */
  administrator: string | undefined
  now: () => number
}

/** Of a core for a month, cents, where no price is told. */
export const LIST_PRICE = 110_00

const Id = Type.Object({ id: Type.String({ maxLength: 60 }) })
const Issued = Type.Object({ ...ContractDocument.properties, token: Type.String() })

/** What the license server answers under `/api/v1`. */
export const licenseServerRoutes =
  ({ office, keys, administrator, now }: LicenseServerPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    /** The contract of the license in the path, for its owner or the vendor. */
    const contractOf = async (request: Parameters<typeof licenseOf>[0], id: string): Promise<Contract> => {
      await checkOwner(request, id, { administrator, keys: keys.published(), now: now() })
      const contract = await office.contract(id)
      if (contract === undefined) throw new Problem(404, 'Not found', `There is no license ${id}.`)
      return contract
    }

    app.post(
      '/licenses',
      {
        schema: {
          summary: 'Issues a license (the vendor)',
          body: Type.Object({
            owner: Type.String({ minLength: 1, maxLength: 200 }),
            cores: Cores,
            price: Type.Optional(Price),
            from: Type.Optional(Type.String({ format: 'date-time' })),
            months: Type.Optional(Months),
          }),
          response: { 201: Issued },
        },
      },
      async (request, reply) => {
        checkVendor(request, administrator)
        const { owner, cores, price = LIST_PRICE, from, months = 12 } = request.body
        const issued = await office.issue({ owner, cores, price, months, from: from === undefined ? now() : Date.parse(from) })
        return reply.code(201).send({ ...contractDocument(issued.contract), token: issued.token })
      },
    )

    app.post(
      '/licenses/:id/renewals',
      {
        schema: {
          summary: 'Prolongs a license from its end (the vendor)',
          params: Id,
          body: Type.Object({ months: Months, cores: Type.Optional(Cores), price: Type.Optional(Price) }),
          response: { 201: Issued },
        },
      },
      async (request, reply) => {
        checkVendor(request, administrator)
        const issued = await office.renew(request.params.id, request.body)
        if (issued === undefined) throw new Problem(404, 'Not found', `There is no license ${request.params.id}.`)
        return reply.code(201).send({ ...contractDocument(issued.contract), token: issued.token })
      },
    )

    app.post(
      '/statistics',
      {
        bodyLimit: 4 << 20,
        schema: {
          summary: 'Takes the statistics of an installation',
          body: UsageStatistics,
          response: { 200: Type.Object({ hours: Type.Integer() }) },
        },
      },
      async (request) => {
        const id = await licenseOf(request, keys.published(), now())
        if (request.body.license !== id) throw new Problem(403, 'Not allowed', 'The statistics are of another license than the token.')
        const refused = await office.take(request.body, now())
        if (refused !== undefined) throw new Problem(422, 'The statistics make no sense', refused)
        return { hours: request.body.hours.length }
      },
    )

    app.get(
      '/licenses/:id',
      {
        schema: {
          summary: 'A license: its terms, who reports, and what was refused (its owner, the vendor)',
          params: Id,
          response: {
            200: Type.Object({
              ...ContractDocument.properties,
              installations: Type.Array(Type.String()),
              refused: Type.Array(Type.Object({ at: Type.String(), reason: Type.String(), report: UsageStatistics })),
            }),
          },
        },
      },
      async (request) => {
        const contract = await contractOf(request, request.params.id)
        const { installations, refused } = await office.account(contract.id)
        return {
          ...contractDocument(contract),
          installations,
          refused: refused.map(({ at, reason, report }) => ({ at: new Date(at).toISOString(), reason, report })),
        }
      },
    )

    app.get(
      '/licenses/:id/hours',
      {
        schema: {
          summary: 'The hours behind every line (its owner, the vendor)',
          params: Id,
          querystring: Type.Object({ from: Type.String({ format: 'date-time' }), to: Type.String({ format: 'date-time' }) }),
          response: { 200: Type.Object({ items: LicenseDocument.properties.hours }) },
        },
      },
      async (request) => {
        const { id } = await contractOf(request, request.params.id)
        const { from, to } = request.query
        return { items: hourDocuments((await office.account(id)).hours(), Date.parse(from), Date.parse(to)) }
      },
    )

    app.get(
      '/licenses/:id/regularisation',
      {
        schema: {
          summary: 'What is owed beyond the prepaid cores, by half year (its owner, the vendor)',
          params: Id,
          response: { 200: Type.Object({ items: Type.Array(LineDocument), total: Type.Integer({ description: 'Cents' }) }) },
        },
      },
      async (request) => {
        const { id, terms } = await contractOf(request, request.params.id)
        const hours = (await office.account(id)).hours()
        const lines = terms.flatMap((term) => regularise(term, hours))
        return { items: lines.map(lineDocument), total: lines.reduce((sum, { charge }) => sum + charge, 0) }
      },
    )

    app.get(
      '/licenses/:id/estimate',
      {
        schema: {
          summary: 'What the year costs, and would with other cores (its owner, the vendor)',
          params: Id,
          response: { 200: EstimateDocument },
        },
      },
      async (request) => {
        const { id, terms } = await contractOf(request, request.params.id)
        const term = terms.findLast(({ from }) => from <= now()) ?? terms[0]
        return estimateDocument(estimate(term, (await office.account(id)).hours(), now()))
      },
    )

    app.get(
      '/estimate',
      {
        schema: {
          summary: 'What a year costs with so many prepaid cores and so many busy on average (everybody)',
          querystring: Type.Object({ cores: Cores, price: Type.Optional(Price), average: Type.Optional(Cores) }),
          response: { 200: EstimateDocument },
        },
      },
      async ({ query: { cores, price = LIST_PRICE, average = 0 } }) => estimateDocument(estimateYear(cores, price, average)),
    )
  }
