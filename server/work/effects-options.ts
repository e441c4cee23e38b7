import { type Clock, systemClock } from '../../src/base/clock.ts'
import { report } from '../../src/base/errors.ts'
import { fill, type Spec, wrong } from '../options/check.ts'
import { type CompleteWorkRetry, resolveWorkRetry, type WorkRetry } from './attempt.ts'
import { type EffectsHub, HUB_KINDS, type PublishEffect } from './effect.ts'

/** The tools that a handler gets together with its effect. */
export interface EffectContext<C> {
  /** The event that the effect follows from. */
  readonly event: C
  /** 1 for the first attempt, 2 for the first retry, and so on. */
  readonly attempt: number
  /** It aborts when the handler takes longer than `timeout`, and when the queue closes before the handler is done. */
  readonly signal: AbortSignal
  /** Adds an event behind those that wait. @throws WorkError `full`. */
  push(event: C): void
}

/** Handlers of your own effects, by their `kind`. The type of an effect is that of the handler's parameter. */
export type EffectHandlers<C> = Readonly<Record<string, (effect: never, context: EffectContext<C>) => unknown>>

/** The effects that there are handlers for. */
export type CustomEffect<H> = {
  [K in keyof H]: H[K] extends (effect: infer X, ...rest: never[]) => unknown ? X & { readonly kind: K } : never
}[keyof H]

/** An effect that a reducer may ask for: an event of the hub, or an effect of your own, `X`. */
export type Effect<E, X = never> = PublishEffect<E> | X

/** The result of a reducer. */
export interface Step<S, E, X = never> {
  readonly state: S
  /** Carried out in this order. Left out: none. */
  readonly effects?: readonly Effect<E, X>[]
}

/** An effect that the queue has given up. */
export interface DeadLetter<C> {
  readonly effect: object
  /** The event that it follows from. */
  readonly event: C
  /** The error of the last attempt. */
  readonly error: unknown
  /** How many attempts there were. 0 if the queue was closed first. */
  readonly attempts: number
}

export interface EffectsOptions<E, S, C, H extends EffectHandlers<C>> {
  /** Carries out the effects `broadcast`, `toTopic`, `toUser`, `toSession` and `toClients`. */
  readonly hub: EffectsHub<E>
  /** The state before the first event. */
  readonly initial: S
  /** The rules. A pure function: no clock, no random numbers, no database. If it throws, `push` rejects and the state stays. */
  readonly reduce: (state: S, event: C) => Step<S, E, CustomEffect<NoInfer<H>>>
  /** Carry out the other effects, by their `kind`. If a handler fails in the middle, it is called again for the same effect. */
  readonly handlers?: H | undefined
  /**
   * The id of an event. An event with the id of an earlier one is not carried out again. undefined: it has no id, and is never a repeat.
   * @defaultValue `event.id`, if that is a string or a number
   */
  readonly id?: ((event: C) => string | number | undefined) | undefined
  /**
   * How many ids of finished events are remembered. 0: none.
   * @defaultValue 10_000
   */
  readonly remember?: number | undefined
  /**
   * How many events may wait. Beyond that `push` rejects with WorkError `full`. Infinity: no limit.
   * @defaultValue 10_000
   */
  readonly maxWaiting?: number | undefined
  /** How to retry an effect that fails: 5 times, after 100 ms, 200 ms, 400 ms and so on, by default. */
  readonly retry?: WorkRetry | undefined
  /**
   * Milliseconds for one attempt. 0 or Infinity: no limit; then a handler that never answers stops the queue.
   * @defaultValue 30_000
   */
  readonly timeout?: number | undefined
  /**
   * Called with each effect that was given up, for example to store it. The queue waits for it as for a handler, and then continues.
   * @defaultValue the error is reported, to the console in Node
   */
  readonly onDeadLetter?: ((letter: DeadLetter<C>) => unknown) | undefined
  /**
   * Errors that nobody awaits. `where` is `push` for an event that a handler pushed and `reduce` threw at, or `onDeadLetter`.
   * @defaultValue they are reported, to the console in Node
   */
  readonly onError?: ((error: unknown, where: string) => void) | undefined
  /** Time, for tests. */
  readonly clock?: Clock | undefined
}

/** All but `initial`, which may be anything, null too. */
export type Checked = Omit<
  EffectsOptions<Record<string, unknown>, unknown, unknown, EffectHandlers<unknown>>,
  'initial'
>

const SPEC: Spec<Checked> = {
  hub: ['object'],
  reduce: ['function'],
  handlers: ['object', {}],
  id: ['function', idOf],
  remember: ['number from 0', 10_000],
  maxWaiting: ['number from 0', 10_000],
  retry: ['object', {}],
  timeout: ['number from 0', 30_000],
  onDeadLetter: ['function', ({ error }) => report(error)],
  onError: ['function', report],
  clock: ['object', systemClock],
}

function idOf(event: unknown): string | number | undefined {
  const id = (event as { readonly id?: unknown } | undefined)?.id
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** Options, checked and with their defaults filled in. */
export type EffectsSettings = { readonly [N in keyof Omit<Checked, 'retry'>]-?: NonNullable<Checked[N]> } & {
  readonly retry: CompleteWorkRetry
}

/** @throws SSEError `options`, naming the option and what it wants. */
export function resolveEffectsOptions(options: Checked): EffectsSettings {
  const filled = fill(SPEC, options) as { readonly [N in keyof Checked]-?: NonNullable<Checked[N]> }
  const { hub, reduce, handlers } = filled
  if (typeof hub?.publish !== 'function') throw wrong('hub', 'a hub of createHub()', hub)
  if (!reduce) throw wrong('reduce', 'a function', reduce)
  for (const [kind, handler] of Object.entries(handlers)) {
    if (typeof handler !== 'function') throw wrong(`handlers.${kind}`, 'a function', handler)
    if (HUB_KINDS.includes(kind))
      throw wrong(`handlers.${kind}`, 'another name: the hub has effects of this kind', kind)
  }
  return { ...filled, timeout: filled.timeout || Infinity, retry: resolveWorkRetry(filled.retry) }
}
