import type { Client } from './client.ts'

/** Sets of clients by a key that some of them have. A key without clients is forgotten. */
export interface ClientIndex {
  /** How many keys there are. */
  readonly size: number
  add(key: string | undefined, client: Client): void
  remove(key: string | undefined, client: Client): void
  /** The set itself: it changes with its clients. */
  get(key: string | undefined): ReadonlySet<Client>
  /** Each key, and how many clients have it. */
  sizes(): [key: string, size: number][]
}

const NOBODY: ReadonlySet<Client> = new Set()

export function createClientIndex(): ClientIndex {
  const sets = new Map<string, Set<Client>>()
  return {
    get size() {
      return sets.size
    },
    add(key, client) {
      if (key === undefined) return
      const set = sets.get(key)
      if (set) set.add(client)
      else sets.set(key, new Set([client]))
    },
    remove(key, client) {
      if (key === undefined) return
      const set = sets.get(key)
      if (set?.delete(client) && set.size === 0) sets.delete(key)
    },
    sizes: () => Array.from(sets, ([key, { size }]) => [key, size]),
    get: (key) => (key === undefined ? undefined : sets.get(key)) ?? NOBODY,
  }
}

/** One of many sets is mostly all there is: then nothing is copied. A set may be named many times, and counts once. */
export function union(sets: readonly ReadonlySet<Client>[]): ReadonlySet<Client> {
  const some = [...new Set(sets.filter(({ size }) => size))]
  const [only] = some
  if (some.length < 2) return only ?? NOBODY
  const all = new Set<Client>()
  for (const set of some) for (const client of set) all.add(client)
  return all
}
