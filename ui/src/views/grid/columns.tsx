import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { actionOf, partOf, sizeOf, summaryOf } from '../../logic/call.ts'
import { bytes, clock, count, duration } from '../../logic/format.ts'
import type { Column } from '../../widgets/columns.ts'
import { answered, Badge, endpoint, Status } from '../parts.tsx'

const local = clock()

/** The order in which calls come by themselves. */
export const TIME = '@timestamp'

/** The columns of the grid of calls. */
export const COLUMNS: Column<ExchangeDocument>[] = [
  {
    key: 'time',
    sortBy: TIME,
    title: 'Time',
    width: 96,
    yields: 0,
    cell: (call) => local.time(Date.parse(call['@timestamp'])),
    hint: (call) => `${local.date(Date.parse(call['@timestamp']))} (${local.zone})\n${call['@timestamp']}`,
  },
  {
    key: 'action',
    sortBy: 'event.action',
    title: 'Action',
    width: 62,
    yields: 0,
    cell: actionOf,
    hint: (call) => `${actionOf(call)} (${call.network.protocol})`,
  },
  {
    key: 'host',
    sortBy: 'url.domain',
    title: 'Host',
    width: 120,
    grow: 1,
    yields: 3,
    cell: (call) => call.url?.domain ?? '',
    hint: (call) => call.url?.domain,
  },
  {
    key: 'what',
    title: 'What',
    width: 150,
    grow: 3,
    yields: 0,
    cell: (call) =>
      call.spider.summary ?? (
        <>
          {call.url?.path ?? '(request not captured)'}
          {call.url?.query && <span class="soft">?{call.url.query}</span>}
        </>
      ),
    hint: summaryOf,
  },
  {
    key: 'status',
    sortBy: 'http.response.status_code',
    title: 'Status',
    width: 52,
    yields: 0,
    cell: (call) => <Status call={call} />,
    hint: (call) => call.http?.response?.reason ?? call.error?.message,
  },
  {
    key: 'duration',
    sortBy: 'event.duration',
    title: 'Duration',
    width: 76,
    yields: 0,
    align: 'end',
    cell: (call) => (answered(call) ? duration(call.event.duration / 1000) : ''),
  },
  {
    key: 'size',
    sortBy: 'http.response.body.bytes',
    title: 'Size',
    width: 66,
    yields: 4,
    align: 'end',
    cell: (call) => {
      const size = sizeOf(call)
      return size === undefined ? '' : bytes(size)
    },
    hint: (call) => {
      const part = partOf(call, 'response')
      return part && `${part.body ? `body ${count(part.body.bytes)} B decoded, ` : ''}response ${count(part.bytes)} B on the wire`
    },
  },
  {
    key: 'client',
    title: 'Client',
    width: 110,
    grow: 1,
    yields: 2,
    cell: (call) => endpoint(call.client),
    hint: (call) => `${call.client.ip}:${call.client.port}`,
  },
  {
    key: 'server',
    title: 'Server',
    width: 110,
    grow: 1,
    yields: 5,
    cell: (call) => endpoint(call.server),
    hint: (call) => `${call.server.ip}:${call.server.port}`,
  },
  { key: 'capture', sortBy: 'spider.status', title: 'Captured', width: 92, yields: 1, cell: (call) => <Badge call={call} /> },
]
