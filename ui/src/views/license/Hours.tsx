import type { LicenseDocument } from '#events/documents/license.ts'

const SHOWN = 48
const HEIGHT = 64
const WIDTH = 6
const HOUR = 3_600_000

const cores = (value: number): string => (value < 0.01 && value > 0 ? 'under 0.01' : value.toFixed(2))

/** A bar for each of the last two days' hours; a line at the prepaid cores, when they are in sight. */
export function Hours({ hours, prepaid }: { hours: LicenseDocument['hours']; prepaid: number | undefined }) {
  if (hours.length === 0) return <p class="soft">Nothing was counted yet.</p>
  const last = Date.parse(hours[hours.length - 1].hour)
  const first = last - (SHOWN - 1) * HOUR
  const shown = hours.filter(({ hour }) => Date.parse(hour) >= first)
  const busiest = Math.max(...shown.map((hour) => hour.cores), 0)
  const most = Math.max(busiest, 0.01)
  const average = hours.reduce((sum, hour) => sum + hour.cores, 0) / hours.length
  const said = `${cores(average)} cores on average over ${hours.length} counted ${hours.length === 1 ? 'hour' : 'hours'}, ${cores(busiest)} in the busiest of the last ${SHOWN}`
  return (
    <figure>
      <svg width={SHOWN * WIDTH} height={HEIGHT} role="img" aria-label={said}>
        {shown.map((hour) => {
          const height = Math.max((hour.cores / most) * HEIGHT, 1)
          return (
            <rect
              key={hour.hour}
              x={((Date.parse(hour.hour) - first) / HOUR) * WIDTH}
              y={HEIGHT - height}
              width={WIDTH - 1}
              height={height}
            >
              <title>{`${hour.hour.slice(0, 16).replace('T', ' ')} UTC: ${cores(hour.cores)} cores`}</title>
            </rect>
          )
        })}
        {prepaid !== undefined && prepaid <= most && (
          <line x1="0" x2={SHOWN * WIDTH} y1={HEIGHT - (prepaid / most) * HEIGHT} y2={HEIGHT - (prepaid / most) * HEIGHT} />
        )}
      </svg>
      <figcaption class="soft">{said}.</figcaption>
    </figure>
  )
}
