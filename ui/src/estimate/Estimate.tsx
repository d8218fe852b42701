import { useState } from 'preact/hooks'
import { estimateYear } from '#engines/license/year.ts'
import { Account } from './Account.tsx'
import { euros } from './euros.ts'

/** Rows of the table on each side of what was asked. */
const AROUND = 3

interface FieldProps {
  label: string
  value: number
  step: number
  set: (value: number) => void
}

const Field = ({ label, value, step, set }: FieldProps) => (
  <label>
    {label}
    <input
      type="number"
      min="0"
      max="100000"
      step={step}
      value={value}
      onInput={({ currentTarget }) => {
        if (currentTarget.validity.valid && currentTarget.value !== '') set(currentTarget.valueAsNumber)
      }}
    />
  </label>
)

/** What a year costs: cores prepaid, and busy on average. */
export const Estimate = () => {
  const [cores, setCores] = useState(5)
  const [price, setPrice] = useState(110)
  const [average, setAverage] = useState(5)
  const cents = Math.round(price * 100)
  const { asIs, best, saved } = estimateYear(cores, cents, average)
  const first = Math.max(0, Math.floor(average) - AROUND)
  const rows = Array.from({ length: 2 * AROUND + 1 }, (_, i) => estimateYear(first + i, cents, average).asIs)
  return (
    <main>
      <h1>What a year of Spider costs</h1>
      <p>
        Spider is paid by the CPU it uses. Prepaid cores cost their price each month; what is used beyond them over a half year costs 133 %
        of it. Users, systems and volume are not counted.
      </p>
      <form>
        <Field label="Prepaid cores" value={cores} step={1} set={setCores} />
        <Field label="€ for a core and a month" value={price} step={0.01} set={setPrice} />
        <Field label="Cores busy on average" value={average} step={0.1} set={setAverage} />
      </form>
      <p class="answer" aria-live="polite">
        {euros(asIs.prepaid)} prepaid and {euros(asIs.extra)} beyond: <strong>{euros(asIs.total)}</strong> a year.
        {saved > 0 && ` With ${best.cores} prepaid cores it is ${euros(best.total)}: ${euros(saved)} less.`}
      </p>
      <table>
        <thead>
          <tr>
            <th>prepaid cores</th>
            <th>prepaid</th>
            <th>beyond</th>
            <th>a year</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.cores} aria-current={row.cores === best.cores ? 'true' : undefined}>
              <td>{row.cores}</td>
              <td>{euros(row.prepaid)}</td>
              <td>{euros(row.extra)}</td>
              <td>{euros(row.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="small">
        A core hour beyond is the price × 12 ÷ 8,760 × 1.33, rounded once to the cent, a half up. The year has 365 days; a half year in
        which less than the prepaid was used costs nothing more.
      </p>
      <Account />
    </main>
  )
}
