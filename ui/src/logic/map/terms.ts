import type { Filter } from '#engines/query/ast.ts'
import { filterOf, findDimension } from '#engines/query/dimensions.ts'
import { equals } from '../refine.ts'
import type { Link, Node } from './graph.ts'

const CLIENT = findDimension('client.address')!
const SERVER = findDimension('server.address')!

const anyOf = (of: Filter[]): Filter => (of.length === 1 ? of[0] : { kind: 'or', of })
const allOf = (...of: Filter[]): Filter => ({ kind: 'and', of })
const among = (dimension: typeof CLIENT, { members }: Pick<Node, 'members'>): Filter =>
  anyOf(members.map((address) => filterOf(dimension, address === '(unknown)' ? null : address)))

/** Calls that a node made or answered. */
export const termOfNode = (node: Pick<Node, 'members'>): Filter => anyOf([among(CLIENT, node), among(SERVER, node)])

/** Calls of a link. One that leads through hidden nodes has none of its own: those that its server was asked. */
export const termOfLink = ({ protocol, through }: Link, from: Pick<Node, 'members'>, to: Pick<Node, 'members'>): Filter =>
  through
    ? allOf(among(SERVER, to), equals('network.protocol', protocol))
    : allOf(among(CLIENT, from), among(SERVER, to), equals('network.protocol', protocol))
