import type { TopicsChange } from '../transports/transport.ts'

/** The stream has to confirm a change within so many milliseconds. */
export const CONFIRM = 5000

/**
 * The change from the topics that the server was asked for to those that are wanted now; undefined if there is none. It is
 * sent as a change of the connection. Where the server has given that no name, a new request does the same: it is worth that
 * to join a topic, but not to leave one.
 */
export function changeOf(
  asked: readonly string[],
  all: readonly string[],
  clientId: string | undefined,
): Omit<TopicsChange, 'rev'> | undefined {
  const add = all.filter((name) => !asked.includes(name))
  const remove = asked.filter((name) => !all.includes(name))
  return add.length || (clientId && remove.length) ? { clientId: clientId as string, add, remove, all } : undefined
}
