import { bytes, count, duration, plural } from '../../logic/format.ts'
import { percent } from '../../logic/map/compare.ts'
import { errorShare, type Figures, type Link, type Node } from '../../logic/map/graph.ts'

/** Names of outcomes, and the class of their colour. */
export const OUTCOME: Record<string, { name: string; tone: string }> = {
  '5xx': { name: '5xx', tone: '5xx' },
  failure: { name: 'failed', tone: '5xx' },
  '4xx': { name: '4xx', tone: '4xx' },
  unknown: { name: 'outcome unknown', tone: 'none' },
  none: { name: 'no answer', tone: 'none' },
  '3xx': { name: '3xx', tone: '3xx' },
  '2xx': { name: '2xx', tone: '2xx' },
  success: { name: 'succeeded', tone: '2xx' },
  '1xx': { name: '1xx', tone: '1xx' },
}
export const outcomeOf = (outcome: string): { name: string; tone: string } => OUTCOME[outcome] ?? { name: outcome, tone: 'none' }

/** Figures, a line each: what it is, and how much. */
export function figuresInWords(figures: Figures): [string, string][] {
  const { count: calls, errors, bytes: size, mean, max, p99, parts } = figures
  return [
    ['calls', count(calls)],
    ['failed', errors > 0 ? `${count(errors)} (${percent(errorShare(figures))})` : '0'],
    ['traffic', bytes(size)],
    ['mean duration', duration(mean / 1000)],
    [parts > 1 ? '99 % within at most' : '99 % within', duration(p99 / 1000)],
    ['longest', duration(max / 1000)],
  ]
}

/** The name of a node, and how many addresses it stands for. */
export const titleOf = (name: string, { members }: Node): string => (members.length > 1 ? `${name} ×${members.length}` : name)

/** A node for those who do not see it. */
export const nodeInWords = (name: string, note: string | undefined, node: Node): string =>
  [
    note ? `${titleOf(name, node)} ${note}` : titleOf(name, node),
    node.served.count > 0 ? `answered ${plural(node.served.count, 'call')}, ${percent(errorShare(node.served))} failed` : '',
    node.made.count > 0 ? `made ${plural(node.made.count, 'call')}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ')

/** `label` is what stands beside it, for those who say what they see. */
export const linkInWords = (from: string, to: string, link: Link, label: string): string =>
  `${from} to ${to}, ${label || link.protocol}, ${plural(link.count, 'call')}, ${percent(errorShare(link))} failed, mean ${duration(link.mean / 1000)}`
