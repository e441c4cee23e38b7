import { globSync, readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'

/*
 * The names that begin with `_` are the package's own: no user and no server knows them. The build gives each of them a name of one
 * letter, the same in every file. Two names that may stand on one object get different letters; any other two may have the same,
 * which compresses better. Of createSSE that is 4 % of the bytes. Source maps have the long names.
 */

/** Names of the package's own. Not `__proto__`. */
export const OWN = /^_[a-z]/

/** The part that every user loads: its names are the shortest. */
const CORE = ['src/{base,decisions,events,connection,transports}/*.ts', 'src/client.ts']
const ALL = '{src,adapters,server,testing,cli}/**/*.ts'

/** Those that code uses most come first. The order was found by trial: by chance some compress better than others. */
const LETTERS = [...'tresamyldcVfqnohxGipuMwFzjZQCIRkBYSPLUNTHKAEgOWJXDbv']

/** The same for the names that only these folders have. */
const ROOMS = {
  'src/hub': [...'tie'],
  'src/tabs': [...'rocawlnhdpimtefNuk'],
  adapters: [],
}

const filesOf = (pattern, filter = () => true) =>
  globSync(pattern)
    .filter(filter)
    .map((file) => readFileSync(file, 'utf8'))

/** Names by how often they occur, the most frequent first. */
function namesIn(files) {
  const counts = new Map()
  for (const file of files)
    for (const [name] of file.matchAll(/(?<![\w$])_[a-z]\w*/g)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name)
}

/** The members of what describes or makes an object; undefined for all other syntax. */
function membersOf({ type, body, members, properties, types }) {
  if (type === 'TSInterfaceDeclaration' || type === 'ClassDeclaration' || type === 'ClassExpression') return body.body
  if (type === 'TSTypeLiteral') return members
  if (type === 'TSIntersectionType') return types.flatMap((each) => membersOf(each) ?? [])
  return type === 'ObjectExpression' || type === 'ObjectPattern' ? properties : undefined
}

/** The types that it has the members of, too: what an interface extends, a class implements, or `&` joins. */
const basesOf = ({ extends: bases = [], implements: more = [], superClass, types = [] }) =>
  [superClass, ...[...bases, ...more].map(({ expression }) => expression), ...types.map(({ typeName }) => typeName)]
    .map((each) => each?.name)
    .filter(Boolean)

/**
 * A type that may be one object, as a source file describes it.
 * @returns Of each: its own members of the package's own, the types that it has the members of, and its name, if it has one.
 */
export function objectsIn(source) {
  const objects = []
  function visit(node, name) {
    if (Array.isArray(node)) for (const each of node) visit(each)
    if (typeof node?.type !== 'string') return
    const names = membersOf(node)?.map(({ key }) => key?.name)
    if (names)
      objects.push({ name: node.id?.name ?? name, names: names.filter((each) => OWN.test(each)), bases: basesOf(node) })
    const alias = node.type === 'TSTypeAliasDeclaration' ? node.id.name : undefined
    for (const child of Object.values(node)) visit(child, alias)
  }
  visit(parseAst(source, { lang: 'ts' }).body)
  return objects
}

/** From each name to those that may stand on the same object. */
function neighbours(files) {
  const objects = files.flatMap(objectsIn)
  const all = ({ names, bases }, seen = []) => [
    ...names,
    ...objects
      .filter(({ name }) => bases.includes(name) && !seen.includes(name))
      .flatMap((base) => all(base, [...seen, base.name])),
  ]
  const found = new Map()
  for (const object of objects) {
    const names = all(object)
    for (const name of names) found.set(name, new Set([...(found.get(name) ?? []), ...names]))
  }
  return found
}

/** From each name to its short one. */
export function shortNames() {
  const files = filesOf(ALL)
  const together = neighbours(files)
  const letters = [...LETTERS, ...LETTERS.flatMap((a) => LETTERS.map((b) => a + b))]
  const first = {}
  for (const [room, order] of Object.entries(ROOMS)) {
    const elsewhere = namesIn(filesOf(ALL, (file) => !file.startsWith(`${room}/`)))
    for (const name of namesIn(filesOf(`${room}/**/*.ts`))) if (!elsewhere.includes(name)) first[name] = order
  }
  const short = {}
  for (const name of new Set([...namesIn(filesOf(CORE)), ...namesIn(files)])) {
    const taken = [...(together.get(name) ?? [])].map((other) => short[other])
    short[name] = [...(first[name] ?? []), ...letters].find((letter) => !taken.includes(letter))
  }
  return short
}
