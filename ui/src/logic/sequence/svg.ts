import { type Drawing, type Shape, shorten } from './draw.ts'

const COLOURS: [string, string][] = [
  ['tone-5xx', '#c8372d'],
  ['tone-4xx', '#c8871c'],
  ['tone-none', '#8f72bd'],
  ['tone-3xx', '#8593a5'],
  ['tone-2xx', '#639f96'],
  ['tone-1xx', '#cdd5db'],
]
const entities = (text: string): string =>
  text
    .replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
const attributes = (of: Record<string, string | number | undefined>): string =>
  Object.entries(of)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${entities(String(value))}"`)
    .join('')

/** The drawing as an image of its own, in light colours, as any program opens it. */
export function toSvg({ width, height, columns, shapes }: Drawing, title: string): string {
  const heads = columns.map(
    ({ name, x }) => `<text${attributes({ x, y: 18, 'text-anchor': 'middle', 'font-weight': 600 })}>${entities(shorten(name, 176))}</text>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">
<title>${entities(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${[...heads, ...shapes.map(element)].join('\n')}
</svg>
`
}

function element(shape: Shape): string {
  const colour = COLOURS.find(([tone]) => shape.tone.includes(tone))?.[1] ?? '#59636d'
  const dashes = /answer|perhaps|and|life/.test(shape.tone) && shape.kind === 'line' ? '4 3' : undefined
  switch (shape.kind) {
    case 'line': {
      const { x1, y1, x2, y2 } = shape
      return `<line${attributes({ x1, y1, x2, y2, stroke: shape.tone === 'life' ? '#c3cad0' : colour, 'stroke-dasharray': dashes })}/>`
    }
    case 'rect': {
      const { x, y, width, height } = shape
      const frame = shape.tone === 'frame'
      return `<rect${attributes({ x, y, width, height, rx: frame ? 3 : 1, fill: frame ? 'none' : colour, stroke: frame ? '#c3cad0' : undefined })}/>`
    }
    case 'path':
      return `<path${attributes({ d: shape.d, fill: shape.tone.includes('point') ? colour : 'none', stroke: colour })}/>`
    case 'text': {
      const { x, y, text, anchor } = shape
      return `<text${attributes({ x, y, 'text-anchor': anchor, fill: shape.tone === 'words' ? '#1a1f24' : '#59636d' })}>${entities(text)}</text>`
    }
  }
}
