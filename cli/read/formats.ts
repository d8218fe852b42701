import { type Found, isCall } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { toHar } from '#functions/lane/har.ts'
import { documentOf } from '#functions/parsing/document.ts'
import { JsonLines } from '#functions/parsing/json-lines.ts'
import type { DocumentContext } from '#functions/parsing/parts.ts'
import { writeOut } from './output.ts'

/** How calls are written to standard output. */
export interface Format {
  write(found: Found, connection: Connection): void
  /** Answers what there is to say of what was written; '' for nothing. */
  end(): string
}

const PIECE = 1 << 16

/** One JSON document a line. */
function ndjson(context: DocumentContext): Format {
  const lines = new JsonLines(context)
  return {
    write(found, connection) {
      lines.write(found, connection)
      if (lines.length > PIECE) writeOut(lines.take())
    },
    end() {
      writeOut(lines.take())
      return ''
    },
  }
}

/** One HTTP Archive, written entry by entry, so that it takes no more memory than one. */
function har(context: DocumentContext): Format {
  const { entries: _, ...log } = toHar([]).log
  const head = `{"log":${JSON.stringify(log).slice(0, -1)},"entries":[`
  let begun = false
  let others = 0
  return {
    write(found, connection) {
      if (isCall(found)) {
        others++
        return
      }
      for (const entry of toHar([documentOf(found, connection, context)]).log.entries) {
        writeOut(`${begun ? ',' : head}\n${JSON.stringify(entry)}`)
        begun = true
      }
    },
    end() {
      writeOut(`${begun ? '' : head}\n]}}\n`)
      return others === 0
        ? ''
        : `${others} calls of other protocols are not in the archive: HAR is of HTTP alone; --format ndjson has them\n`
    },
  }
}

const LONGEST = 300

/** A line for people. */
function table(context: DocumentContext): Format {
  let begun = false
  const line = (columns: readonly string[]): void => writeOut(`${columns.join('  ').trimEnd()}\n`)
  return {
    write(found, connection) {
      if (!begun) line(['time'.padEnd(27), 'protocol  ', 'action ', 'result ', '    ms', '   bytes', 'status    ', 'what'])
      begun = true
      const { http, url, event, spider, server, network, ...document } = documentOf(found, connection, context)
      const body = http?.response?.body ?? spider.response?.body
      line([
        document['@timestamp'],
        network.protocol.padEnd(10),
        (event.action ?? '-').padEnd(7),
        String(http?.response?.status_code ?? event.outcome ?? '-').padEnd(7),
        (event.duration / 1e6).toFixed(1).padStart(6),
        String(body?.bytes ?? spider.response?.bytes ?? '-').padStart(8),
        spider.status.padEnd(10),
        (spider.summary ?? url?.full ?? `${server.ip}:${server.port}`).slice(0, LONGEST),
      ])
    },
    end: () => '',
  }
}

export const FORMATS = { ndjson, har, table } satisfies Record<string, (context: DocumentContext) => Format>
export type FormatName = keyof typeof FORMATS
