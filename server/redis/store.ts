import { monotonic } from '../../src/base/clock.ts'
import { mintEpoch } from '../log/log.ts'
import type { Standing } from './compare.ts'
import { type Batch, complete, decodeEntry, encodeRecord, idOf, type Raw, type Stored, seqOf } from './entry.ts'
import { isPassing, type Link } from './link.ts'
import { createPayloads, type PayloadSettings, type Payloads } from './payloads.ts'
import { APPEND, RESET, VERIFY } from './scripts.ts'
import { clock } from './time.ts'

/** A process's knowledge of the log: its epoch, the term of that, its last entry, and the uid of that, '' if it is not known. */
export interface Known {
  readonly term: number
  readonly epoch: string
  readonly head: number
  readonly uid: string
}

/** The new entries in Redis. */
export interface News {
  /** Undefined for one that no log has written. */
  readonly entries: readonly (Stored | undefined)[]
  /** The epoch has changed, or may have. */
  readonly woken: boolean
}

/** For how many seconds a batch is remembered that may be sent twice. Far longer than it is tried. */
const REMEMBERED = 60 * 60
/** How long Redis waits for news before it says that there are none. Then the process compares what it knows. */
const BLOCK = 1000
/** How many entries are read at a time, at most. */
const PAGE = 100

/** The log cannot be compared or written, although it may be again: Redis cannot be reached, or its node does not answer. */
export interface Outage {
  /** When the first question was asked that failed, on the monotonic clock. */
  readonly since: number
  readonly error: unknown
}

/** The connections of a store. */
export interface StoreLinks {
  readonly commands: Link
  /** Waits for news. */
  readonly reader: Link
  /** Leads to the payloads in shards, so that a node that does not answer holds up nothing else. */
  readonly payloads: Link
}

/** The log's questions to Redis. Each rejects with what Redis answers, or if there is no answer. */
export class Store {
  readonly #commands: Link
  readonly #reader: Link
  readonly #timeout: number
  readonly #node: string
  readonly #keys: readonly [meta: string, log: string, wake: string]
  readonly #maxLength: number | ''
  readonly #isSharded: boolean
  readonly #payloads: Payloads
  /** Up to where the stream that wakes has been read. */
  #wake = '0-0'
  /** How many entries are asked for next. */
  #page = PAGE
  /** When Redis has answered last. */
  #answeredAt = -Infinity
  #outage: Outage | undefined

  /** @param node - Names this process. */
  constructor(settings: PayloadSettings, node: string, { commands, reader, payloads }: StoreLinks) {
    const { prefix, kept, timeout } = settings
    const key = (name: string): string => `{${prefix}}:${name}`
    this.#node = node
    this.#keys = [key('meta'), key('log'), key('wake')]
    this.#commands = commands
    this.#reader = reader
    this.#timeout = timeout
    this.#maxLength = kept === Infinity ? '' : kept
    this.#isSharded = settings.shards > 1
    this.#payloads = createPayloads(settings, payloads)
  }

  /** Undefined while the log works. */
  get outage(): Outage | undefined {
    return this.#outage
  }

  /** Compares what a process knows. It begins another epoch if Redis has lost entries, or has no log. */
  async verify(known: Known, ms: number = this.#timeout): Promise<Standing> {
    type Answer = [epoch: string, seq: number, base: number, first: string, term: number]
    const [epoch, seq, base, first, term] = (await this.#run(VERIFY, known, [], ms)) as Answer
    // Ids of that stream go by the clock of Redis. If it has been set back, the next one is not behind those that were read.
    if (epoch !== known.epoch) this.#wake = '0-0'
    return { epoch, term, seq, base, first: seqOf(first) ?? 0 }
  }

  /** @returns Undefined if the batch may be written in one epoch only, and that is over. Then it is in no other one. */
  async append(
    known: Known,
    { name, records, only = '' }: Batch,
    ms: number,
  ): Promise<{ readonly epoch: string; readonly first: number } | undefined> {
    const begin = monotonic(clock)
    const texts = records.map(({ json }) => json)
    const payloads = this.#isSharded ? await this.#payloads.write(name, texts, ms / 2) : []
    const left = Math.max(ms - (monotonic(clock) - begin), 1)
    const fields = records.flatMap((record, n) => encodeRecord(record, payloads[n]))
    const args = [this.#node, name, this.#maxLength, REMEMBERED, only, ...fields]
    const [epoch, first] = (await this.#run(APPEND, known, args, left)) as [string, number]
    return epoch ? { epoch, first } : undefined
  }

  /** Removes all entries, and begins another epoch. */
  async reset(known: Known): Promise<void> {
    await this.#run(RESET, known)
    // Not the youngest: others may be writing their events at this moment. Nobody can read those that are left.
    void this.forget(2 * this.#timeout).catch(() => {})
  }

  /**
   * Entries from one number to another, at most `count`, in order, without the payloads that are in shards.
   * @throws Error for one that no log has written.
   */
  async range(from: number, to: number, count: number): Promise<Stored[]> {
    return this.#decode(await this.#call('xrange', [this.#keys[1], idOf(from), idOf(to), 'COUNT', count]))
  }

  /** The same entries with their payloads. Those whose payload is lost are marked. */
  async load<T extends Stored | undefined>(entries: readonly T[]): Promise<(T | Stored)[]> {
    const found = await this.#payloads.read(entries.filter((stored) => stored !== undefined))
    return entries.map((stored) => (stored?.payload === undefined ? stored : complete(stored, found.get(stored.uid))))
  }

  /** Deletes the payloads in shards that were written longer ago than so many milliseconds. */
  async forget(ms: number): Promise<void> {
    if (this.#isSharded) await this.#payloads.forget(ms)
  }

  /** Deletes entries in front of a number. */
  async trim(first: number): Promise<void> {
    await this.#call('xtrim', [this.#keys[1], 'MINID', idOf(first)])
  }

  /** Waits for entries behind a number, for a second. Undefined if there are none. */
  async next(head: number): Promise<News | undefined> {
    const [, log, wake] = this.#keys
    const ids = head === 0 ? '0-0' : idOf(head)
    const page = this.#page
    // Fewer after a failure: large payloads, by a slow connection, may never all come in time.
    this.#page = Math.max(Math.floor(page / 2), 1)
    const args = ['COUNT', page, 'BLOCK', BLOCK, 'STREAMS', log, wake, ids, this.#wake]
    const found = (await this.#reader.call('xread', args, BLOCK + this.#timeout)) as [string, Raw[]][] | null
    const streams = new Map(found ?? [])
    const entries = await this.load((streams.get(log) ?? []).map(decodeEntry))
    // After everything that can fail, or the news would be forgotten.
    const last = streams.get(wake)?.at(-1)
    if (last) this.#wake = last[0]
    this.#page = Math.min(page * 2, PAGE)
    return found ? { entries, woken: last !== undefined } : undefined
  }

  async #run(
    script: string,
    { epoch, term, head, uid }: Known,
    more: readonly (string | number)[] = [],
    ms = this.#timeout,
  ): Promise<unknown> {
    const begin = monotonic(clock)
    const args = [script, this.#keys.length, ...this.#keys, mintEpoch(), epoch, head, uid, term, ...more]
    try {
      const answer = await this.#commands.call('eval', args, ms)
      this.#answered()
      return answer
    } catch (error) {
      if (isPassing(error)) this.#outage = { since: this.#outage?.since ?? Math.max(begin, this.#answeredAt), error }
      else this.#answered()
      throw error
    }
  }

  #answered(): void {
    this.#answeredAt = monotonic(clock)
    this.#outage = undefined
  }

  #call(command: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.#commands.call(command, args, this.#timeout)
  }

  #decode(found: unknown): Stored[] {
    return (found as Raw[]).map((raw) => {
      const stored = decodeEntry(raw)
      if (!stored) throw new Error(`${this.#keys[1]} has an entry ${raw[0]} that no log has written`)
      return stored
    })
  }
}
