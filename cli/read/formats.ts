import type { HttpExchange } from '#engines/http/facts.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { type DocumentContext, toDocument } from '#functions/parsing/http/document.ts'
import { toHar } from '#functions/parsing/http/har.ts'
import { JsonLines } from '#functions/parsing/http/json.ts'
import { writeOut } from './output.ts'

/** How exchanges are written to standard output. */
export interface Format {
  write(exchange: HttpExchange, connection: Connection): void
  end(): void
}

const PIECE = 1 << 16

/** One JSON document a line. */
function ndjson(context: DocumentContext): Format {
  const lines = new JsonLines(context)
  return {
    write(exchange, connection) {
      lines.write(exchange, connection)
      if (lines.length > PIECE) writeOut(lines.take())
    },
    end: () => writeOut(lines.take()),
  }
}

/** One HTTP Archive, written entry by entry, so that it takes no more memory than one. */
function har(context: DocumentContext): Format {
  const { entries: _, ...log } = toHar([]).log
  const head = `{"log":${JSON.stringify(log).slice(0, -1)},"entries":[`
  let begun = false
  return {
    write(exchange, connection) {
      for (const entry of toHar([toDocument(exchange, connection, context)]).log.entries) {
        writeOut(`${begun ? ',' : head}\n${JSON.stringify(entry)}`)
        begun = true
      }
    },
    end: () => writeOut(`${begun ? '' : head}\n]}}\n`),
  }
}

/** A line for people. */
function table(context: DocumentContext): Format {
  let begun = false
  const line = (columns: readonly string[]): void => writeOut(`${columns.join('  ').trimEnd()}\n`)
  return {
    write(exchange, connection) {
      if (!begun) line(['time'.padEnd(27), 'method ', 'code', '    ms', '   bytes', 'status    ', 'url'])
      begun = true
      const { http, url, event, spider, server, ...document } = toDocument(exchange, connection, context)
      line([
        document['@timestamp'],
        (http?.request?.method ?? '-').padEnd(7),
        String(http?.response?.status_code ?? '-').padEnd(4),
        (event.duration / 1e6).toFixed(1).padStart(6),
        String(http?.response?.body.bytes ?? '-').padStart(8),
        spider.status.padEnd(10),
        url?.full ?? `${server.ip}:${server.port}`,
      ])
    },
    end() {},
  }
}

export const FORMATS = { ndjson, har, table } satisfies Record<string, (context: DocumentContext) => Format>
export type FormatName = keyof typeof FORMATS
