import { useMemo } from 'preact/hooks'
import { layoutJson } from '../../logic/body/json-layout.ts'
import { findToken, readToken } from '../../logic/jwt.ts'

/** The JSON Web Token in a value, if there is one: what it says, never whether that is true. */
export function TokenView({ text, at }: { text: string; at: number }) {
  const token = useMemo(() => {
    const found = findToken(text)
    return found === undefined ? undefined : readToken(found, at)
  }, [text, at])
  if (!token) return null
  return (
    <details class="token">
      <summary>
        Token <span class={token.valid ? 'soft' : 'warn'}>{token.times.at(-1) ?? 'without an end'}</span>
      </summary>
      <ul class="told">
        {token.times.map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li class={token.signed ? 'soft' : 'warn'}>{token.signed ? 'its signature is not verified' : 'it is not signed'}</li>
      </ul>
      <h4>Header</h4>
      <pre>{layoutJson(token.header)}</pre>
      <h4>Claims</h4>
      <pre>{layoutJson(token.claims)}</pre>
    </details>
  )
}
