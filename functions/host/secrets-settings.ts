import { keyIn, type SecretsOptions } from './secrets-key.ts'
import type { Settings } from './settings.ts'

/** How secrets are kept, as the settings say; undefined: functions that have no directory in common were given no key in common. */
export async function secretsFor({ secrets, data, redis, sink }: Settings): Promise<SecretsOptions | undefined> {
  const { key, keepMs, waitMs } = secrets
  if (key) return { key, keepMs, waitMs }
  return redis && sink ? undefined : { key: await keyIn(data), keepMs, waitMs }
}
