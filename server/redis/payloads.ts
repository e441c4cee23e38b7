import { monotonic } from '../../src/base/clock.ts'
import { type Link, unsent } from './link.ts'
import { FETCH, FORGET, PUT } from './scripts.ts'
import { clock } from './time.ts'

/*
 * With shards, the log has numbers and targets, and the payloads are in streams of their own, which a cluster spreads over its
 * nodes. Events still have one order, and clients one cursor. What it costs: one more request for each batch that is written, and
 * for each page that is read from a shard.
 *
 * A payload is written before its event is in the log. If that step then fails, nobody ever asks for the payload, and it is deleted
 * with the old ones.
 */

/** The payloads of a log that has shards. */
export interface Payloads {
  /**
   * Writes the payloads of a batch to a shard, to another one each time.
   * @returns Names each of them for `read`. Rejects if that fails: no event has been written then.
   */
  write(payloads: readonly string[], ms: number): Promise<string[]>
  /** @returns Undefined for a payload that its shard does not have any more. */
  read(names: readonly string[]): Promise<(string | undefined)[]>
  /** Deletes those that were written longer ago than so many milliseconds. */
  forget(ms: number): Promise<void>
}

/** How a log's payloads are kept. */
export interface PayloadSettings {
  readonly prefix: string
  readonly size: number
  readonly shards: number
  readonly timeout: number
}

/** Payloads are spread by chance, so each shard keeps twice its part, and never fewer than this. */
const FEWEST = 1000

const lengthOf = ({ size, shards }: PayloadSettings): number | '' =>
  size === Infinity ? '' : FEWEST + Math.ceil((2 * Math.max(size, FEWEST)) / shards)

export function createPayloads(settings: PayloadSettings, link: Pick<Link, 'call'>): Payloads {
  const { prefix, shards, timeout } = settings
  const length = lengthOf(settings)
  const run = (script: string, shard: number, args: readonly (string | number)[], ms: number): Promise<unknown> =>
    link.call('eval', [script, 1, `{${prefix}:${shard}}:payloads`, ...args], ms)
  const turns = createTurns(shards)

  return {
    async write(payloads, ms) {
      const shard = turns.next(monotonic(clock))
      try {
        const ids = (await run(PUT, shard, [length, ...payloads], ms)) as string[]
        return ids.map((id) => `${shard}/${id}`)
      } catch (error) {
        turns.rest(shard, monotonic(clock) + timeout)
        throw unsent(error)
      }
    },

    async read(names) {
      const found = new Map<string, string | null>()
      await Promise.all(
        [...byShard(names)].map(async ([shard, ids]) => {
          const texts = (await run(FETCH, shard, ids, timeout)) as (string | null)[]
          for (const [n, id] of ids.entries()) found.set(`${shard}/${id}`, texts[n] ?? null)
        }),
      )
      return names.map((name) => found.get(name) ?? undefined)
    },

    async forget(ms) {
      await Promise.all(Array.from({ length: shards }, (_, shard) => run(FORGET, shard, [ms], timeout)))
    },
  }
}

/** The order in which shards are written to. One that fails is left out for a while, because each attempt there costs time. */
function createTurns(shards: number): { next(now: number): number; rest(shard: number, until: number): void } {
  const rests = new Map<number, number>()
  // Not the same shard for all processes that start together.
  let last = Math.floor(Math.random() * shards)

  return {
    next(now) {
      for (let n = 1; n <= shards; n++) {
        const shard = (last + n) % shards
        if ((rests.get(shard) ?? now) <= now) {
          last = shard
          return shard
        }
      }
      // All of them rest: there is no better one.
      last = (last + 1) % shards
      return last
    },
    rest: (shard, until) => void rests.set(shard, until),
  }
}

/** The name says which shard has a payload: a process reads what others have written with another number of shards. */
function byShard(names: readonly string[]): Map<number, string[]> {
  const ids = new Map<number, string[]>()
  for (const name of names) {
    const [, shard, id] = /^(\d{1,4})\/(\d+-\d+)$/.exec(name) ?? []
    if (shard === undefined || id === undefined) continue
    const those = ids.get(Number(shard)) ?? []
    those.push(id)
    ids.set(Number(shard), those)
  }
  return ids
}
