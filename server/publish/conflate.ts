import { createTimer, monotonic, setTimer, type Timer } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Message } from './message.ts'
import type { Published } from './publish.ts'

/*
 * The option `window` of `publish`: of the events with one key, the newest in each window of time. The first is sent at once.
 * Later events within the window are held, and only the newest of them is sent when the window ends.
 */

/** The decision about an event: send it now, or hold it for so many milliseconds. */
export type Step = { readonly kind: 'send' } | { readonly kind: 'hold'; readonly ms: number }

/**
 * @param window - That of the event, in milliseconds; 0 if it has none.
 * @param sentAt - When the last event of this key was sent; undefined if that is not remembered.
 */
export function stepOf(window: number, sentAt: number | undefined, now: number): Step {
  const ms = sentAt === undefined ? 0 : sentAt + window - now
  return ms > 0 ? { kind: 'hold', ms } : { kind: 'send' }
}

/** The identity of events that take each other's place: name, key, target, and whether they are written down. */
export function sameness({ volatile, record: { type, key, to } }: Message): string {
  const { topic, resource, userId, tenant, sessionIds, clientIds, except } = to
  return JSON.stringify([type, key, volatile, topic, resource, userId, tenant, sessionIds, clientIds, except])
}

/** An event that is held, and the promise of its publisher. */
interface Held {
  readonly message: Message
  readonly resolve: (outcome: Published | Promise<Published>) => void
}

/** A window that is open. Its timer ends it. */
interface Slot {
  readonly sentAt: number
  readonly timer: Timer
  held: Held | undefined
}

/** How long `close` waits for a log, in milliseconds. */
const CLOSE_WAIT = 1000

const SUPERSEDED: Published = { id: '', delivered: 0, superseded: true }

/** The events of a hub that wait for their window to end. */
export class Conflator {
  readonly #clock: Clock
  readonly #sendNow: (message: Message) => Promise<Published>
  /** One for each key that was sent less than a window ago. A key costs no memory after that. */
  readonly #slots = new Map<string, Slot>()
  #isClosed = false

  constructor(clock: Clock, sendNow: (message: Message) => Promise<Published>) {
    this.#clock = clock
    this.#sendNow = sendNow
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#slots.size
  }

  /** Sends an event, now or when its window ends. The promise resolves when it was sent, or when a later event took its place. */
  send(message: Message): Promise<Published> {
    const { window, record } = message
    // An event without a window takes the place of what is held too: sent after it, the older one would win.
    if (this.#isClosed || record.key === undefined || (window === 0 && this.size === 0)) return this.#sendNow(message)
    const key = sameness(message)
    const slot = this.#slots.get(key)
    const step = stepOf(window, slot?.sentAt, monotonic(this.#clock))
    slot?.held?.resolve(SUPERSEDED)
    if (slot) slot.held = undefined
    if (slot && step.kind === 'hold')
      return new Promise((resolve) => {
        slot.held = { message, resolve }
        slot.timer(step.ms, () => this.#end(key, slot))
      })
    if (window > 0) this.#open(key, window)
    return this.#sendNow(message)
  }

  /** Drops what is held: it counts as superseded. */
  reset(): void {
    for (const { resolve } of this.#takeHeld()) resolve(SUPERSEDED)
  }

  /**
   * Sends what is held, and holds nothing from now on.
   * @returns Resolves when the log has taken it, or after a second; undefined if nothing was held.
   */
  close(): Promise<unknown> | undefined {
    this.#isClosed = true
    const sent = this.#takeHeld().map(({ message, resolve }) => {
      const done = this.#sendNow(message)
      resolve(done)
      return done
    })
    return sent.length ? this.#inTime(Promise.allSettled(sent)) : undefined
  }

  #open(key: string, window: number): void {
    const slot: Slot = { sentAt: monotonic(this.#clock), timer: createTimer(this.#clock), held: undefined }
    this.#slots.get(key)?.timer()
    this.#slots.set(key, slot)
    slot.timer(window, () => this.#end(key, slot))
  }

  /** The window of a key is over. The held event opens the next one, so that no two are sent within a window. */
  #end(key: string, { held }: Slot): void {
    this.#slots.delete(key)
    if (!held) return
    this.#open(key, held.message.window)
    held.resolve(this.#sendNow(held.message))
  }

  /** Closes all windows. @returns What they held. */
  #takeHeld(): readonly Held[] {
    const slots = [...this.#slots.values()]
    for (const { timer } of slots) timer()
    this.#slots.clear()
    return slots.flatMap(({ held }) => held ?? [])
  }

  #inTime(sent: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      const timer = setTimer(this.#clock, CLOSE_WAIT, () => resolve(undefined))
      sent.then(() => {
        this.#clock.clearTimeout(timer)
        resolve(undefined)
      })
    })
  }
}
