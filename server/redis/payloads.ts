import { monotonic } from '../../src/base/clock.ts'
import type { Stored } from './entry.ts'
import { type Link, unsent } from './link.ts'
import { FETCH, FORGET, PUT } from './scripts.ts'
import { clock } from './time.ts'
import { createTurns } from './turns.ts'

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
   * Writes the payloads of a batch to a shard, to another one each time. If a shard fails, the next one has its turn.
   * @returns Where each of them is. Rejects if no shard takes them: no event has been written then.
   */
  write(batch: string, payloads: readonly string[], ms: number): Promise<string[]>
  /** @returns The payloads of those entries that have one in a shard, by the uid of the entry, without those that are lost. */
  read(entries: readonly Stored[]): Promise<ReadonlyMap<string, string>>
  /** Deletes those that were written longer ago than so many milliseconds. */
  forget(ms: number): Promise<void>
}

/** How a log's payloads are kept. */
export interface PayloadSettings {
  readonly prefix: string
  /** How many events the log keeps. */
  readonly kept: number
  readonly shards: number
  readonly timeout: number
}

/** The payloads of a shard cannot be read, and events wait for them. */
export class ShardError extends Error {}

/** Payloads are spread by chance, so each shard keeps twice its part, and so many more. */
const RESERVE = 1000

const lengthOf = ({ kept, shards }: PayloadSettings): number | '' =>
  kept === Infinity ? '' : RESERVE + Math.ceil((2 * kept) / shards)

export function createPayloads(settings: PayloadSettings, link: Pick<Link, 'call' | 'ready'>): Payloads {
  const { prefix, shards, timeout } = settings
  const length = lengthOf(settings)
  type Args = readonly (string | number)[]
  const keyOf = (shard: number): string => `{${prefix}:${shard}}:payloads`
  const run = (script: string, shard: number, args: Args, patience = timeout): Promise<unknown> =>
    link.call('eval', [script, 1, keyOf(shard), ...args], timeout, patience)
  // Asks for nothing.
  const turns = createTurns(shards, timeout, (shard) => run(FETCH, shard, []))

  return {
    async write(batch, payloads, ms) {
      const deadline = monotonic(clock) + ms
      for (;;) {
        await link.ready(deadline - monotonic(clock))
        const shard = turns.next(monotonic(clock))
        // Half of the time, so that another shard can be tried.
        const patience = Math.max((deadline - monotonic(clock)) / 2, 1)
        try {
          const ids = (await run(PUT, shard, [length, batch, ...payloads], patience)) as string[]
          return ids.map((id) => `${shard}/${id}`)
        } catch (error) {
          const now = monotonic(clock)
          turns.rest(shard, now)
          if (turns.allRest || deadline - now < 1) throw unsent(error)
        }
      }
    },

    async read(entries) {
      const found = new Map<string, string>()
      await Promise.all(
        [...byShard(entries)].map(async ([shard, those]) => {
          const args = those.flatMap(({ id, uid }) => [id, uid])
          const texts = (await run(FETCH, shard, args).catch((cause) => {
            throw new ShardError(`${keyOf(shard)} cannot be read: ${cause.message}`, { cause })
          })) as (string | null)[]
          for (const [n, { uid }] of those.entries()) {
            const text = texts[n]
            if (typeof text === 'string') found.set(uid, text)
          }
        }),
      )
      return found
    },

    async forget(ms) {
      await Promise.all(Array.from({ length: shards }, (_, shard) => run(FORGET, shard, [ms])))
    },
  }
}

/** An entry says which shard has its payload: a process reads what others have written with another number of shards. */
function byShard(entries: readonly Stored[]): Map<number, { readonly id: string; readonly uid: string }[]> {
  const found = new Map<number, { readonly id: string; readonly uid: string }[]>()
  for (const { payload = '', uid } of entries) {
    const [, shard, id] = /^(\d{1,4})\/(\d+-\d+)$/.exec(payload) ?? []
    if (shard === undefined || id === undefined) continue
    const those = found.get(Number(shard)) ?? []
    those.push({ id, uid })
    found.set(Number(shard), those)
  }
  return found
}
