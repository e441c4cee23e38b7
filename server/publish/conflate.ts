import { createTimer, monotonic, setTimer, type Timer } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Message } from './message.ts'
import type { Published } from './publish.ts'

/*
 * The option `window` of `publish`: of the events with one key, the newest in each window of time. The first is sent at once. What
 * follows within the window is held, and only the newest of it is sent when the window ends.
 */

/** What to do with an event: send it now, or hold it for so many milliseconds. */
export type Step = { readonly kind: 'send' } | { readonly kind: 'hold'; readonly ms: number }

/**
 * @param window - That of the event, in milliseconds; 0 if it has none.
 * @param sentAt - When the last event of this key was sent; undefined if that is not remembered.
 */
export function stepOf(window: number, sentAt: number | undefined, now: number): Step {
  const ms = sentAt === undefined ? 0 : sentAt + window - now
  return ms > 0 ? { kind: 'hold', ms } : { kind: 'send' }
}

/** What events have in common that take each other's place: name, key, target, and whether they are written down. */
export function sameness({ volatile, record: { type, key, to } }: Message): string {
  const { topic, resource, userId, tenant, sessionIds, clientIds, except } = to
  return JSON.stringify([type, key, volatile, topic, resource, userId, tenant, sessionIds, clientIds, except])
}

/** The events of a hub that wait for their window to end. */
export interface Conflator {
  /** How many keys are remembered. */
  readonly size: number
  /** Sends an event, now or when its window ends. The promise resolves when it was sent, or when a later event took its place. */
  send(message: Message): Promise<Published>
  /** Drops what is held: it counts as superseded. */
  reset(): void
  /**
   * Sends what is held, and holds nothing from now on.
   * @returns Resolves when the log has taken it, or after a second; undefined if nothing was held.
   */
  close(): Promise<unknown> | undefined
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

export function createConflator(clock: Clock, sendNow: (message: Message) => Promise<Published>): Conflator {
  /** One for each key that was sent less than a window ago. A key costs no memory after that. */
  const slots = new Map<string, Slot>()
  let closed = false

  function open(key: string, window: number): void {
    const slot: Slot = { sentAt: monotonic(clock), timer: createTimer(clock), held: undefined }
    slots.get(key)?.timer()
    slots.set(key, slot)
    slot.timer(window, () => end(key, slot))
  }

  /** The window of a key is over. What was held opens the next one, so that no two are sent within a window. */
  function end(key: string, { held }: Slot): void {
    slots.delete(key)
    if (!held) return
    open(key, held.message.window)
    held.resolve(sendNow(held.message))
  }

  return {
    get size() {
      return slots.size
    },
    send(message) {
      const { window, record } = message
      // An event without a window takes the place of what is held too: sent after it, the older one would win.
      if (closed || record.key === undefined || (window === 0 && slots.size === 0)) return sendNow(message)
      const key = sameness(message)
      const slot = slots.get(key)
      const step = stepOf(window, slot?.sentAt, monotonic(clock))
      slot?.held?.resolve(SUPERSEDED)
      if (slot) slot.held = undefined
      if (slot && step.kind === 'hold')
        return new Promise((resolve) => {
          slot.held = { message, resolve }
          slot.timer(step.ms, () => end(key, slot))
        })
      if (window > 0) open(key, window)
      return sendNow(message)
    },
    reset() {
      for (const { timer, held } of slots.values()) {
        timer()
        held?.resolve(SUPERSEDED)
      }
      slots.clear()
    },
    close() {
      closed = true
      const sent: Promise<unknown>[] = []
      for (const { timer, held } of slots.values()) {
        timer()
        if (!held) continue
        const done = sendNow(held.message)
        held.resolve(done)
        sent.push(done)
      }
      slots.clear()
      if (sent.length === 0) return undefined
      return new Promise((resolve) => {
        const timer = setTimer(clock, CLOSE_WAIT, () => resolve(undefined))
        Promise.allSettled(sent).then(() => {
          clock.clearTimeout(timer)
          resolve(undefined)
        })
      })
    },
  }
}
