import { callSafely } from '../../src/base/errors.ts'
import { drainOf } from '../options/drain.ts'
import { carryOut } from './carry-out.ts'
import { checkStep } from './effect.ts'
import { type EffectHandlers, type EffectsOptions, resolveEffectsOptions } from './effects-options.ts'
import { WorkError } from './error.ts'
import { createQueue, type Pushed } from './queue.ts'

export interface EffectQueue<S, C> {
  /** The state that `reduce` has returned last. */
  readonly state: S
  /** How many events wait, without the one that is being carried out. */
  readonly waiting: number
  /**
   * Takes an event. Resolves when its effects are carried out or given up. In a handler use `push` of its context, because the handler
   * would wait for itself. Rejects with WorkError `full` or `closed`, with what `reduce` throws, and with a TypeError for effects that
   * do not exist.
   */
  push(event: C): Promise<Pushed>
  /** Resolves when nothing waits and nothing is being carried out. */
  idle(): Promise<void>
  /**
   * Accepts no further event, and resolves when the accepted events are carried out.
   * @param options - `drain`: milliseconds until the queue gives up what is left. Events that wait reject with WorkError `closed`,
   *   and effects go to `onDeadLetter`. By default Infinity: no limit. 0: at once.
   */
  close(options?: { readonly drain?: number }): Promise<void>
}

/**
 * A queue for rules that are one pure function. It takes one event at a time. For each event `reduce` returns the next state and the
 * effects, as data. The queue carries out the effects in order, and only then takes the next event. It retries an effect that fails,
 * and gives it up in the end.
 *
 * It is in memory: what waits when the process dies is lost.
 *
 * @example
 * const queue = createEffects({
 *   hub,
 *   initial: { left: 3 },
 *   reduce: ({ left }, { userId }: Order) => ({
 *     state: { left: left - 1 },
 *     effects: [
 *       { kind: 'toUser', to: userId, type: 'order.accepted', data: { left } },
 *       { kind: 'mail', to: userId },
 *     ],
 *   }),
 *   handlers: { mail: (mail: { to: string }) => send(mail.to) },
 * })
 * await queue.push({ id: 'order-1', userId: 'ada' })
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createEffects<E, S, C, H extends EffectHandlers<C> = Record<never, never>>(
  options: EffectsOptions<E, S, C, H>,
): EffectQueue<S, C>
export function createEffects({
  initial,
  ...options
}: EffectsOptions<Record<string, unknown>, unknown, unknown, EffectHandlers<unknown>>): EffectQueue<unknown, unknown> {
  const settings = resolveEffectsOptions(options)
  const { reduce, handlers, onError } = settings
  const queue = createQueue({ ...settings, take })
  const parts = { settings, stop: queue.stop, call, push: pushInside }
  let state = initial
  /** A function of the application is being called, so a push is its own. It must not wait for what comes after it. */
  let isCalling = false

  async function take(event: unknown): Promise<number> {
    const step = checkStep(reduce(state, event), Object.keys(handlers))
    state = step.state
    let failed = 0
    for (const effect of step.effects) if (!(await carryOut(parts, effect, event))) failed++
    return failed
  }

  function call(callback: () => unknown): unknown {
    isCalling = true
    try {
      return callback()
    } finally {
      isCalling = false
    }
  }

  function pushInside(event: unknown): void {
    queue.add(event).catch((error) => callSafely(onError, error, 'push'))
  }

  return {
    get state() {
      return state
    },
    get waiting() {
      return queue.waiting
    },
    async push(event): Promise<Pushed> {
      if (isCalling) {
        pushInside(event)
        return { status: 'queued', failed: 0 }
      }
      if (queue.isClosed) throw new WorkError('closed', 'the queue has been closed')
      return queue.add(event)
    },
    idle: queue.idle,
    close: (options) => queue.close(drainOf(options, Infinity)),
  }
}
