import { lastLost, type Stored } from './entry.ts'

/** How many entries are asked for at a time. */
const PAGE = 100

/** What is asked, as a store answers it. */
interface Source {
  range(from: number, to: number, count: number): Promise<Stored[]>
  load(entries: readonly Stored[]): Promise<Stored[]>
}

/** How much is read. */
export interface PreloadLimits {
  readonly count: number
  /** Of payloads. It may be exceeded by those of one page. */
  readonly characters: number
  /** The start has no more time. */
  isOver(): boolean
}

/**
 * Reads the newest entries up to a number, from the newest on: a process that starts has in memory what the clients of another one have
 * missed. It ends early in front of an entry that is gone or has lost its payload, and wherever Redis does not answer: each of
 * them can be read later.
 * @returns In order, without a hole.
 */
export async function preload(
  store: Source,
  head: number,
  { count, characters, isOver }: PreloadLimits,
): Promise<Stored[]> {
  const first = Math.max(head - count + 1, 1)
  const pages: Stored[][] = []
  let size = 0
  for (let to = head; to >= first && size < characters && !isOver(); ) {
    const from = Math.max(to - PAGE + 1, first)
    const page = await read(store, from, to)
    pages.unshift(page)
    if (page.length < to - from + 1) break
    size += page.reduce((sum, { entry }) => sum + entry.json.length, 0)
    to = from - 1
  }
  return pages.flat()
}

/** Those of a page that lead up to its end without a hole. */
async function read(store: Source, from: number, to: number): Promise<Stored[]> {
  const asked = store.range(from, to, to - from + 1).then((entries) => store.load(entries))
  const found = await asked.catch((): Stored[] => [])
  let begin = found.length
  while (begin > 0 && found[begin - 1]?.entry.seq === to - found.length + begin) begin--
  return found.slice(Math.max(begin, lastLost(found) + 1))
}
