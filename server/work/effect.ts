import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import { checkEvent, optionsTo, type PublishOptions } from '../publish/message.ts'
import type { Publish } from '../publish/publish.ts'
import { shown } from '../wire/shown.ts'

/*
 * Effects: what is to be done, as data.
 */

/** The part of a hub that effects need. */
export interface EffectsHub<E> {
  readonly publish: Publish<E>
}

/** An event for everyone that `options` do not leave out: `hub.broadcast(type, data, options)`, as data. */
export interface BroadcastEffect<N extends string, D> {
  readonly kind: 'broadcast'
  readonly type: N
  readonly data: D
  readonly options?: PublishOptions
}

/** An event for a topic or a user: `hub.toTopic(to, type, data, options)` or `hub.toUser`, as data. */
export interface NamedEffect<N extends string, D> {
  readonly kind: 'toTopic' | 'toUser'
  readonly to: string
  readonly type: N
  readonly data: D
  readonly options?: PublishOptions
}

/** An event for sessions or clients, one or a list: `hub.toSession(to, type, data, options)` or `hub.toClients`, as data. */
export interface ListedEffect<N extends string, D> {
  readonly kind: 'toSession' | 'toClients'
  readonly to: string | readonly string[]
  readonly type: N
  readonly data: D
  readonly options?: PublishOptions
}

/** The effects that a hub carries out, for a map of events. */
export type PublishEffect<E> = {
  [N in EventName<E>]: BroadcastEffect<N, E[N]> | NamedEffect<N, E[N]> | ListedEffect<N, E[N]>
}[EventName<E>]

/** An effect of any kind, as the queue sees it. */
export interface AnyEffect {
  readonly kind: string
  readonly to?: string | readonly string[]
  readonly type?: string
  readonly data?: unknown
  readonly options?: PublishOptions
}

/** Which field of a target `to` is, for each kind. Null: there is no `to`. */
const TARGETS: Readonly<Record<string, 'topic' | 'userId' | 'sessionIds' | 'clientIds' | null>> = {
  broadcast: null,
  toTopic: 'topic',
  toUser: 'userId',
  toSession: 'sessionIds',
  toClients: 'clientIds',
}

/** The kinds that the hub carries out. */
export const HUB_KINDS: readonly string[] = Object.keys(TARGETS)

/**
 * The event that a hub publishes for an effect; undefined if the effect is not one of its kinds.
 * @throws TypeError for options that `publish` does not take.
 */
export function toPublish(
  effect: AnyEffect,
): { readonly type: string; readonly data: unknown; readonly options: PublishOptions } | undefined {
  const { kind, type = '', data, to, options = {} } = effect
  const field = Object.hasOwn(TARGETS, kind) ? TARGETS[kind] : undefined
  if (field === undefined) return undefined
  if (field === null) return { type, data, options }
  const ids = field === 'sessionIds' || field === 'clientIds' ? [to].flat() : to
  return { type, data, options: optionsTo(kind, field, ids, options) }
}

/**
 * The result of a reducer, checked before any of it counts.
 * @param custom - The kinds that have handlers.
 * @throws TypeError for anything but `{ state, effects }`, for an effect of an unknown kind, and for one that the hub would refuse.
 */
export function checkStep<S>(
  step: unknown,
  custom: readonly string[],
): { readonly state: S; readonly effects: readonly AnyEffect[] } {
  // An async function returns a promise, which may reject: that must not end the process.
  if (isThenable(step)) step.then(undefined, () => {})
  if (typeof step !== 'object' || step === null || !('state' in step))
    throw new TypeError(`reduce must return { state, effects }, and no promise, got ${shown(step)}`)
  const { state, effects = [] } = step as { readonly state: S; readonly effects?: readonly AnyEffect[] }
  if (!Array.isArray(effects)) throw new TypeError(`reduce must return effects as a list, got ${shown(effects)}`)
  for (const effect of effects) checkEffect(effect, custom)
  return { state, effects }
}

function checkEffect(effect: AnyEffect | undefined, custom: readonly string[]): void {
  const kind = effect?.kind
  if (effect && custom.includes(`${kind}`)) return
  const publish = effect && toPublish(effect)
  if (!publish)
    throw new TypeError(
      `there is no effect of the kind ${shown(kind)}; there are ${[...HUB_KINDS, ...custom].join(', ')}`,
    )
  checkEvent(publish.type, publish.options)
}
