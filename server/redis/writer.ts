import { monotonic, setTimer } from '../../src/base/clock.ts'
import { type Append, createQueue } from '../log/batch.ts'
import type { LogEntry, LogRecord } from '../log/log.ts'
import { LogUnavailableError } from '../log/unavailable.ts'
import { isPassing, isReplica, isSent, type Link } from './link.ts'
import type { Known, Store } from './store.ts'
import { clock, pause } from './time.ts'

/** Where Redis has put an entry. */
interface Place {
  readonly epoch: string
  readonly seq: number
}

/** An append that this process has not read from the log yet. */
interface Waiting {
  readonly append: Append
  place: Place | undefined
}

/** The parts of its log that the writer needs. */
export interface WriterParts {
  readonly node: string
  readonly link: Link
  readonly store: Pick<Store, 'append' | 'reset' | 'outage'>
  readonly timeout: number
  /** The process's knowledge of the log now. */
  known(): Known
  /** Redis has another epoch than the process: has it compare. */
  verify(): Promise<void>
}

/** Between two tries, in milliseconds. */
const PAUSE = 50
/** So many appends wait at most. Those beyond are rejected: Redis does not keep up, or is gone. */
const MOST = 10_000

/**
 * Writes records to Redis, one batch after the other. An append is done when its process has read the entry from the log, as all
 * processes do: so every listener has heard of it, in the order of the log.
 */
export class Writer {
  readonly #parts: WriterParts
  readonly #queue = createQueue((batch) => this.#write(batch))
  /** By the uid that the entry will have. */
  readonly #waiting = new Map<string, Waiting>()
  #queued = 0
  #batches = 0

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  append(record: LogRecord): Promise<LogEntry> {
    if (this.#queued >= MOST)
      return Promise.reject(
        new LogUnavailableError(`${MOST} events wait for Redis: it does not keep up. The event was not written`, false),
      )
    this.#queued++
    return new Promise<LogEntry>((resolve, reject) => this.#queue({ kind: 'append', record, resolve, reject })).finally(
      () => this.#queued--,
    )
  }

  /** Empties the log, when it is its turn. */
  reset(): Promise<void> {
    const { store, known } = this.#parts
    return new Promise((resolve, reject) =>
      this.#queue({ kind: 'task', run: () => store.reset(known()).then(resolve, reject) }),
    )
  }

  /** The process has read an entry. */
  delivered(uid: string, entry: LogEntry): void {
    const found = this.#waiting.get(uid)
    if (!found) return
    this.#waiting.delete(uid)
    found.append.resolve(entry)
  }

  /** The process goes on behind another place: what it leaves out was written, and is not read here any more. */
  moved({ epoch, head }: Known): void {
    for (const [uid, { append, place }] of this.#waiting)
      if (place && (place.epoch !== epoch || place.seq <= head))
        this.delivered(uid, { ...append.record, seq: place.seq })
  }

  async #write(batch: readonly Append[]): Promise<void> {
    const { node, known, verify, timeout } = this.#parts
    const name = `${node}.${++this.#batches}`
    const uids = batch.map((append, n) => {
      this.#waiting.set(`${name}.${n}`, { append, place: undefined })
      return `${name}.${n}`
    })
    let answer: { readonly epoch: string; readonly first: number }
    try {
      answer = await this.#send(
        name,
        batch.map(({ record }) => record),
      )
    } catch (error) {
      for (const uid of uids) {
        this.#waiting.get(uid)?.append.reject(error)
        this.#waiting.delete(uid)
      }
      return
    }
    const { epoch, first } = answer
    for (const [n, uid] of uids.entries()) {
      const waiting = this.#waiting.get(uid)
      if (waiting) waiting.place = { epoch, seq: first + n }
    }
    const settle = (place: Known): void => this.moved(place)
    if (epoch === known().epoch) settle(known())
    // Time decides where a verification cannot.
    else
      void verify().then(
        () => settle(known()),
        () => {},
      )
    if (uids.some((uid) => this.#waiting.has(uid))) setTimer(clock, timeout, () => this.#giveUp(uids))
  }

  /** They are in Redis, and the process does not get to read them. */
  #giveUp(uids: readonly string[]): void {
    for (const uid of uids) {
      const waiting = this.#waiting.get(uid)
      if (waiting?.place) this.delivered(uid, { ...waiting.append.record, seq: waiting.place.seq })
    }
  }

  /** Sends a batch until Redis answers, or its time is over. @throws LogUnavailableError */
  async #send(
    name: string,
    records: readonly LogRecord[],
  ): Promise<{ readonly epoch: string; readonly first: number }> {
    const { link, store, known, timeout } = this.#parts
    const now = monotonic(clock)
    // If Redis has been gone for that long already, nothing waits for it. The reader sees when it is back.
    const deadline = Math.max(Math.min(now, store.outage?.since ?? now) + timeout, now)
    const { epoch } = known()
    let lost: unknown
    let last: unknown
    for (;;) {
      const left = deadline - monotonic(clock)
      if (!(await link.ready(left)) || left <= 0) throw unavailable(lost, link.error ?? last ?? store.outage?.error)
      try {
        // In another epoch nobody knows whether Redis had it: clients would get it twice.
        const written = await store.append(
          known(),
          { name, records, only: lost ? epoch : undefined },
          Math.max(left, 1),
        )
        if (written) return written
      } catch (error) {
        if (isSent(error)) lost = error
        last = error
        // After an attempt without an answer its outcome is not known.
        if (!isPassing(error)) throw lost ? unavailable(lost, undefined) : refused(error)
        if (isReplica(error)) link.reconnect()
        await pause(PAUSE)
        continue
      }
      throw unavailable(lost, undefined)
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)

/**
 * @param lost - The error of an attempt that Redis may have carried out. Undefined if there was none.
 * @param error - The last error of the connection, or of an attempt.
 */
function unavailable(lost: unknown, error: unknown): LogUnavailableError {
  const cause = lost ?? error
  const what = lost
    ? 'Redis has not answered, and may have written the event'
    : 'Redis cannot be reached, and the event was not written'
  return new LogUnavailableError(`${what}${cause ? `: ${textOf(cause)}` : ''}`, lost ? 'unknown' : false, { cause })
}

const refused = (cause: unknown): LogUnavailableError =>
  new LogUnavailableError(`Redis has not written the event: ${textOf(cause)}`, false, { cause })
