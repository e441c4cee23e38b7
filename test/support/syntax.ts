/** A node of a syntax tree. What it has depends on its type. */
export interface Node {
  readonly type: string
  /** Where it begins and ends in the source. */
  readonly start: number
  readonly end: number
  readonly name?: string
  readonly value?: unknown
  readonly object?: Node
  readonly callee?: Node
  readonly expression?: Node
  readonly init?: Node
  readonly id?: Node | null
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
  readonly elements?: readonly (Node | null)[]
  readonly arguments?: readonly Node[]
  readonly params?: readonly Node[]
}

const isNode = (value: object): value is Node => typeof (value as Node).type === 'string'

/** All nodes under one, and itself. */
export function nodesOf(tree: object): Node[] {
  const nodes: Node[] = []
  const left: unknown[] = [tree]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value !== 'object' || value === null) continue
    if (isNode(value)) nodes.push(value)
    left.push(...Object.values(value).reverse())
  }
  return nodes
}
