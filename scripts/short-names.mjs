import { globSync, readFileSync } from 'node:fs'

/*
 * The names that begin with `_` are the package's own: no user and no server knows them. The build gives each of them a name of one
 * or two letters, the same in every file. Of createSSE that is 4 % of the bytes. Source maps have the long names.
 */

/** Names of the package's own. Not `__proto__`. */
export const OWN = /^_[a-z]/

/** What every user loads: its names are the shortest. */
const CORE = 'src/{base,decisions,events,connection,transports}/*.ts'
const ALL = '{src,adapters,server,testing,cli}/**/*.ts'

/** Those that code uses most come first: repeated letters compress better. */
const LETTERS = [...'tesirnaolcdupmhgfvbywkxzjqTESIRNAOLCDUPMHGFVBYWKXZJQ']

/** Names by how often they occur, the most frequent first. */
function namesIn(pattern, exclude = 'none') {
  const counts = new Map()
  for (const file of globSync(pattern, { exclude: [exclude] }))
    for (const [name] of readFileSync(file, 'utf8').matchAll(/(?<![\w$])_[a-z]\w*/g))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name)
}

/**
 * Their objects are their own: what only one of these folders names may be as short as what it does not name. The letters that
 * come first there were found by trial: by chance some orders compress better than others.
 */
const ROOMS = {
  'src/hub/*.ts': [...'tpIagne'],
  'adapters/*.ts': [],
  'src/tabs/*.ts': [...'evuroxyiqaJgMSIOshVNfWlHjKYEkCBPQXADLp'],
}

/** From each name to its short one. */
export function shortNames() {
  const letters = [...LETTERS, ...LETTERS.flatMap((a) => LETTERS.map((b) => a + b))]
  const names = new Set([...namesIn([CORE, 'src/client.ts']), ...namesIn(ALL)])
  const short = Object.fromEntries([...names].map((name, index) => [name, letters[index]]))
  for (const [room, first] of Object.entries(ROOMS)) {
    const elsewhere = new Set(namesIn(ALL, room))
    const used = namesIn(room)
    const shared = used.filter((name) => elsewhere.has(name)).map((name) => short[name])
    const free = [...new Set([...first, ...letters])].filter((name) => !shared.includes(name))
    for (const name of used) if (!elsewhere.has(name)) short[name] = free.shift()
  }
  return short
}
