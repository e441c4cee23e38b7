import { callSafely } from '../../src/base/errors.ts'
import { type Attempt, attempt, attemptOnce } from './attempt.ts'
import { type AnyEffect, toPublish } from './effect.ts'
import type { DeadLetter, EffectContext, EffectsSettings } from './effects-options.ts'

/** The parts of its queue that carrying out an effect needs. */
export interface CarryOutParts {
  readonly settings: Omit<EffectsSettings, 'reduce' | 'id' | 'remember' | 'maxWaiting'>
  /** Aborts when the queue gives up what is left. */
  readonly stop: AbortSignal
  /** Calls a function of the application. Events that it pushes meanwhile are its own. */
  call(callback: () => unknown): unknown
  /** Puts an event behind those that wait. */
  push(event: unknown): void
}

/**
 * Carries out one effect, and tries again if it fails. It never rejects.
 * @param event - The event that it follows from.
 * @returns Whether it was done. If not, it was given up, and its dead letter is handed over.
 */
export async function carryOut(parts: CarryOutParts, effect: AnyEffect, event: unknown): Promise<boolean> {
  const { hub, retry, timeout, clock } = parts.settings
  const publish = toPublish(effect)
  const outcome = await attempt(
    publish
      ? () => hub.publish(publish.type, publish.data, publish.options)
      : (attempt) => callHandler(parts, effect, event, attempt),
    retry,
    { clock, timeout, stop: parts.stop },
    // The hub would refuse it again. From a handler it may be anything: a fetch without a network, for one.
    (error) => publish !== undefined && error instanceof TypeError,
  )
  if (outcome.kind === 'done') return true
  const { error, attempts } = outcome
  await handOver(parts, { effect, event, error, attempts })
  return false
}

function callHandler(
  { settings, call, push }: CarryOutParts,
  effect: AnyEffect,
  event: unknown,
  { number, signal }: Attempt,
): unknown {
  const handler = settings.handlers[effect.kind] as
    | ((effect: unknown, context: EffectContext<unknown>) => unknown)
    | undefined
  return call(() => handler?.(effect, { event, attempt: number, signal, push }))
}

async function handOver({ settings, stop, call }: CarryOutParts, letter: DeadLetter<unknown>): Promise<void> {
  const { clock, timeout, onDeadLetter, onError } = settings
  await attemptOnce(() => call(() => onDeadLetter(letter)), 1, { clock, timeout, stop }).catch((late) => {
    if (late !== stop.reason) callSafely(onError, late, 'onDeadLetter')
  })
}
