import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { LicenseDocument } from '#events/documents/license.ts'
import { Problem } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'

export const licenseRoutes =
  ({ license }: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/license',
      {
        schema: {
          summary: 'The license, the CPU used, and the statistics before and after they are sent',
          response: { 200: LicenseDocument },
        },
      },
      async () => {
        if (license === undefined) throw new Problem(404, 'Not found', 'Nothing is metered here.')
        return license()
      },
    )
  }
