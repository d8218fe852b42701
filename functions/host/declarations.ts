import { declaration as deadLetters } from '../dead-letters/declaration.ts'
import type { Declaration } from '../declare.ts'
import { declaration as dedup } from '../dedup/declaration.ts'
import { declaration as hosts } from '../hosts/declaration.ts'
import { declaration as ingest } from '../ingest/declaration.ts'
import { declaration as license } from '../license/declaration.ts'
import { declaration as parsing } from '../parsing/declaration.ts'
import { declaration as query } from '../query/declaration.ts'
import { declaration as sessions } from '../sessions/declaration.ts'
import { declaration as status } from '../status/declaration.ts'
import { declaration as tls } from '../tls/declaration.ts'
import { declaration as usage } from '../usage/declaration.ts'

/** Every function there is. */
export const declarations: readonly Declaration[] = [
  ingest,
  sessions,
  parsing,
  tls,
  dedup,
  hosts,
  status,
  usage,
  license,
  query,
  deadLetters,
]
