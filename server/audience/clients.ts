import { shown, shownToken } from '../wire/shown.ts'
import type { Client } from './client.ts'
import type { Registry } from './registry.ts'

/** Which open streams: all of a user, all of a session, or one. Exactly one of the three. */
export type ClientSelector =
  | { readonly userId: string; readonly sessionId?: never; readonly clientId?: never }
  | { readonly sessionId: string; readonly userId?: never; readonly clientId?: never }
  | { readonly clientId: string; readonly userId?: never; readonly sessionId?: never }

const NAMES = ['userId', 'sessionId', 'clientId']

/**
 * The streams that a selector names.
 * @param call - The name that the error shows: `kick`.
 * @returns A copy: streams may end while it is gone through.
 * @throws TypeError for anything but exactly one name with a text. `{ userId: undefined }` comes from a variable that should
 *   have had a user, and must not mean everyone.
 */
export function selectClients(registry: Registry, which: ClientSelector, call: string): Client[] {
  const entries = typeof which === 'object' && which !== null ? Object.entries(which) : []
  const [[name = '', value] = []] = entries
  if (entries.length !== 1 || !NAMES.includes(name) || typeof value !== 'string' || value === '') {
    const got = entries.length
      ? `{ ${entries.map(([key, each]) => `${key}: ${key === 'sessionId' ? shownToken(each) : shown(each)}`).join(', ')} }`
      : shown(which)
    throw new TypeError(
      `${call} expects { userId }, { sessionId } or { clientId }, one of them as a string; got ${got}`,
    )
  }
  const { userId, sessionId, clientId } = which
  if (clientId !== undefined) return [registry.get(clientId) ?? []].flat()
  return [...registry.candidates(sessionId === undefined ? { userId } : { sessionIds: [sessionId] })]
}
