import { createListeners } from '../log/listeners.ts'
import type { EventLog, LogEntry, LogRecord } from '../log/log.ts'
import type { Relay } from '../log/relay.ts'
import { LogUnavailableError } from '../log/unavailable.ts'
import { createWindow } from '../log/window.ts'
import { createCare } from './care.ts'
import { firstOf, type Standing } from './compare.ts'
import type { Stored } from './entry.ts'
import type { Link } from './link.ts'
import type { RedisLogSettings } from './options.ts'
import { ShardError } from './payloads.ts'
import { Position } from './position.ts'
import { Reader } from './reader.ts'
import type { RedisRelay } from './relay.ts'
import type { Known, Store, StoreLinks } from './store.ts'
import { Writer } from './writer.ts'

/** A log that several processes share. */
export interface RedisLog extends EventLog {
  /**
   * Resolves when Redis has the event, and this process has read it. Rejects with a `LogUnavailableError` if Redis cannot be
   * reached, or refuses it.
   */
  append(record: LogRecord): Promise<LogEntry>
  reset(): Promise<void>
  reach(epoch: string, seq: number): Promise<void>
  /** Redis' Pub/Sub: for volatile events, and for what one hub asks of the others. */
  readonly relay: Relay
  /** False while Redis cannot be reached. */
  readonly available: boolean
  /** Gives the connections back. Afterwards `append` rejects. Call it after the hub's `close`. */
  close(): Promise<void>
}

/** So many of the newest entries are in memory too, with so much text. */
const RECENT = 10_000
const RECENT_CHARACTERS = 64 * 1024 * 1024
/** How many entries one request of a replay reads. */
const PAGE = 1000

/** The parts of a log. */
export interface SharedLogParts {
  readonly settings: RedisLogSettings
  readonly links: StoreLinks & { readonly subscriber: Link }
  readonly relay: RedisRelay
  readonly node: string
  readonly store: Store
  readonly standing: Standing
  /** The last entries, up to that number and without a hole. */
  readonly newest: readonly Stored[]
}

/** Its methods are fields, so that they work without their object, as those of a `memoryLog` do. */
export class SharedLog implements RedisLog {
  readonly relay: Relay
  readonly localOnly: boolean
  readonly subscribe: EventLog['subscribe']
  readonly #parts: SharedLogParts
  readonly #listeners = createListeners<LogEntry>()
  readonly #recent = createWindow<LogEntry>(RECENT, RECENT_CHARACTERS)
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #stopCare: () => void
  readonly #position: Position
  /** The oldest number that Redis has, as far as is known. */
  #oldest: number
  /** The state of Redis, while the question is under way. */
  #standing: Promise<Standing> | undefined
  #isUp = true
  #isClosed = false

  constructor(parts: SharedLogParts) {
    const { settings, standing, newest, node, store, links } = parts
    this.#parts = parts
    this.relay = parts.relay
    this.localOnly = settings.localOnly
    this.subscribe = this.#listeners.add
    this.#oldest = firstOf(standing)
    this.#position = new Position({ ...standing, head: standing.seq, uid: newest.at(-1)?.uid ?? '' })
    for (const { entry } of newest) this.#recent.push(entry)
    const known = (): Known => this.#position.known
    this.#reader = new Reader({
      link: links.reader,
      store,
      known,
      entry: (stored) => this.#take(stored),
      moved: (place, head) => this.#move(place, head),
      oldest: (first) => {
        this.#oldest = first
      },
      up: (isUp, error) => this.#note(isUp, error),
    })
    const verify = async (): Promise<void> => void (await this.#reader.verify())
    this.#writer = new Writer({ node, link: links.commands, store, timeout: settings.timeout, known, verify })
    this.#stopCare = createCare(settings, store, () => ({ first: this.first, head: this.head }))
    void this.#reader.run()
  }

  get epoch(): string {
    return this.#position.known.epoch
  }
  get head(): number {
    return this.#position.known.head
  }
  get first(): number {
    return Math.min(Math.max(this.#oldest, this.head - this.#parts.settings.size + 1), this.head + 1)
  }
  get available(): boolean {
    const { links, store } = this.#parts
    return this.#isUp && links.commands.isReady && !store.outage
  }

  readonly append = (record: LogRecord): Promise<LogEntry> =>
    this.#isClosed ? Promise.reject(new Error('the log in Redis has been closed')) : this.#writer.append(record)

  readonly read: EventLog['read'] = (seq, limit) => {
    const from = Math.max(seq + 1, this.first)
    if (from > this.head - this.#recent.length) return this.#recent.read(from, limit)
    return this.#readRedis(from, Math.min(limit, this.head - from + 1))
  }

  readonly reset = async (): Promise<void> => {
    await this.#writer.reset()
    await this.#reader.verify()
  }

  readonly reach = async (epoch: string, seq: number): Promise<void> => {
    const { timeout } = this.#parts.settings
    // A question that is under way may have been answered before the entry was written.
    await this.#standing?.catch(() => {})
    // Many clients come in the same moment, after a process has ended: one question is enough for all.
    this.#standing ??= this.#reader.verify().finally(() => {
      this.#standing = undefined
    })
    const standing = await this.#standing
    if (epoch !== this.epoch || seq > standing.seq) return
    if (!(await this.#position.until(seq, timeout)))
      throw new LogUnavailableError(`this process has not read up to ${seq} within ${timeout} ms`, false)
  }

  readonly close = async (): Promise<void> => {
    this.#isClosed = true
    this.#stopCare()
    this.#reader.close()
    this.#parts.relay.close()
    for (const link of Object.values(this.#parts.links)) link.close()
  }

  /** @returns Nothing if the log has begun again meanwhile. */
  async #readRedis(from: number, limit: number): Promise<LogEntry[]> {
    const { epoch, head } = this
    const found: LogEntry[] = []
    while (found.length < limit && from <= head) {
      const { store } = this.#parts
      const page = await store.load(await store.range(from, head, Math.min(limit - found.length, PAGE)))
      if (this.epoch !== epoch) return []
      if (page.length === 0) break
      for (const { entry, isLost } of page) {
        if (isLost) continue
        // Some were deleted between two pages, or their payloads are lost: it begins behind them.
        if (found.length && entry.seq !== (found.at(-1)?.seq ?? 0) + 1) found.length = 0
        found.push(entry)
      }
      from = (page.at(-1)?.entry.seq ?? head) + 1
    }
    return found
  }

  #take(stored: Stored): void {
    const { entry, uid } = stored
    this.#recent.push(entry)
    this.#position.read(stored)
    this.#listeners.entry(entry)
    this.#writer.delivered(uid, entry)
  }

  #move(place: Pick<Known, 'epoch' | 'term'>, head: number): void {
    this.#oldest = head + 1
    this.#recent.clear()
    this.#position.move(place, head)
    this.#listeners.reset()
    this.#writer.moved(this.#position.known)
  }

  #note(isUp: boolean, error?: unknown): void {
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    const { warn } = this.#parts.settings
    if (isUp) return warn('Redis can be reached again')
    if (error instanceof ShardError) return warn(`events wait for their payloads: ${error.message}`)
    const cause = this.#parts.links.reader.error ?? error
    warn(`Redis cannot be reached, and events cannot be published: ${cause instanceof Error ? cause.message : cause}`)
  }
}
