import { useState } from 'preact/hooks'
import { euros } from './euros.ts'

interface Line {
  from: string
  to: string
  used: number
  prepaid: number
  extra: number
  charge: number
}

interface Answer {
  average?: number
  as_is: { cores: number; prepaid: number; extra: number; total: number; lines: Line[] }
  best: { cores: number; total: number }
  saved: number
}

const hours = (number: number): string => number.toLocaleString('en-IE', { maximumFractionDigits: 1 })

/** The license's id, from its token; undefined when that is none. */
const idOf = (token: string): string | undefined => {
  try {
    const body = token.trim().split('.')[1].replaceAll('-', '+').replaceAll('_', '/')
    return (JSON.parse(atob(body)) as { sub?: string }).sub
  } catch {
    return undefined // said below the field
  }
}

async function ask(token: string): Promise<Answer> {
  const id = idOf(token)
  if (id === undefined) throw new Error('This is no license: paste the whole token as it was sent.')
  const response = await fetch(`/api/v1/licenses/${encodeURIComponent(id)}/estimate`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  })
  const answer = (await response.json()) as Answer & { detail?: string }
  if (!response.ok) throw new Error(answer.detail ?? `The server answered ${response.status}.`)
  return answer
}

/** What the year costs, by the statistics that came so far. */
export const Account = () => {
  const [token, setToken] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setProblem] = useState<string>()
  const submit = (event: Event): void => {
    event.preventDefault()
    ask(token).then(
      (answer) => {
        setAnswer(answer)
        setProblem(undefined)
      },
      (error: Error) => setProblem(error.message),
    )
  }
  return (
    <section aria-labelledby="account">
      <h2 id="account">With what was used so far</h2>
      <form onSubmit={submit}>
        <label>
          License
          <textarea rows={3} value={token} spellcheck={false} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        <button type="submit">Show</button>
      </form>
      {problem && <p role="alert">{problem}</p>}
      {answer && <Result {...answer} />}
    </section>
  )
}

const Result = ({ average, as_is, best, saved }: Answer) => (
  <>
    <p>
      {average === undefined ? 'Nothing was reported yet.' : `${hours(average)} cores were busy on average.`} With {as_is.cores} prepaid
      cores the year costs <strong>{euros(as_is.total)}</strong>
      {average !== undefined && saved > 0 && (
        <>
          ; with {best.cores} it would cost {euros(best.total)}, <strong>{euros(saved)} less</strong>
        </>
      )}
      .
    </p>
    <table>
      <thead>
        <tr>
          <th>Half year from</th>
          <th>used, core hours</th>
          <th>prepaid</th>
          <th>beyond</th>
          <th>charge</th>
        </tr>
      </thead>
      <tbody>
        {as_is.lines.map(({ from, used, prepaid, extra, charge }) => (
          <tr key={from}>
            <td>{from.slice(0, 10)}</td>
            <td>{hours(used)}</td>
            <td>{hours(prepaid)}</td>
            <td>{hours(extra)}</td>
            <td>{euros(charge)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
)
