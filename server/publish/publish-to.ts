import { optionsTo } from './message.ts'
import type { Publish, PublishTo } from './publish.ts'

/** Publishing to one kind of target. */
export interface PublishToTargets<E> {
  /** To everyone. */
  readonly broadcast: Publish<E>
  readonly toTopic: PublishTo<E, string>
  readonly toUser: PublishTo<E, string>
  /** One session, or a list of them. */
  readonly toSession: PublishTo<E, string | readonly string[]>
  readonly toClients: PublishTo<E, string | readonly string[]>
}

/** Async, so that a wrong target rejects as it does for `publish`. */
export const createPublishTo = (
  publish: Publish<Record<string, unknown>>,
): PublishToTargets<Record<string, unknown>> => ({
  broadcast: publish,
  toTopic: async (topic, type, data, options) => publish(type, data, optionsTo('toTopic', 'topic', topic, options)),
  toUser: async (userId, type, data, options) => publish(type, data, optionsTo('toUser', 'userId', userId, options)),
  toSession: async (sessions, type, data, options) =>
    publish(type, data, optionsTo('toSession', 'sessionIds', [sessions].flat(), options)),
  toClients: async (clients, type, data, options) =>
    publish(type, data, optionsTo('toClients', 'clientIds', [clients].flat(), options)),
})
