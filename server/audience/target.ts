import { RESERVED } from '../../src/hub/protocol.ts'
import { oneLine } from '../wire/encode.ts'
import { shown, shownToken } from '../wire/shown.ts'
import { ownFields } from './fields.ts'
import type { Principal } from './principal.ts'
import { composeTopics, coveringPatterns, isTopic, TOPIC_RULE } from './topic.ts'

/**
 * The target of an event. `{}` is everyone. Fields narrow it together: `{ topic, userId }` is that user, if joined to the
 * topic.
 */
export interface PublishTarget {
  /** Clients that have joined this topic, or a wildcard that covers it. */
  readonly topic?: string
  /**
   * The same clients, and those that have asked for no topic. For news without a secret, such as `table-update`.
   */
  readonly resource?: string
  /** All streams of one user. */
  readonly userId?: string
  /** All streams of one session. */
  readonly sessionId?: string
  readonly sessionIds?: readonly string[]
  /**
   * Streams, by their ids. A `clientId` ends with its connection: after a reconnect the client has another one, and does not get the
   * event. Send what must arrive to a user or a session.
   */
  readonly clientIds?: readonly string[]
  /** Principals of one tenant. */
  readonly tenant?: string
  /** Leaves out these streams, by their ids: for example the one that caused the event. */
  readonly except?: string | readonly string[]
}

/** {@link PublishTarget} as it is written down: checked, in the fewest forms. */
export interface Address {
  readonly topic?: string
  readonly resource?: string
  readonly userId?: string
  readonly tenant?: string
  readonly sessionIds?: readonly string[]
  readonly clientIds?: readonly string[]
  readonly except?: readonly string[]
}

/** The facts about a client that decide whether an event is for it. */
export interface Addressee {
  readonly id: string
  readonly principal: Principal
  readonly topics: ReadonlySet<string>
  /** Those of them that the client itself asked for. */
  readonly asked: ReadonlySet<string>
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every(isName)

const FIELDS: Readonly<Record<keyof PublishTarget, readonly [wants: string, fits: (value: unknown) => boolean]>> = {
  topic: [`a topic (${TOPIC_RULE})`, isTopic],
  resource: [`a topic (${TOPIC_RULE})`, isTopic],
  userId: ['a string', isName],
  sessionId: ['a string', isName],
  sessionIds: ['a list of strings', isNames],
  clientIds: ['a list of strings', isNames],
  tenant: ['a string', isName],
  except: ['the id of a client, or a list of them', (value) => isName(value) || isNames(value)],
}

/** The names that a target may have. */
export const TARGET_FIELDS: readonly string[] = Object.keys(FIELDS)

/** Fields whose values may be tokens: a message shows no more than their beginning. */
const SECRET: readonly string[] = ['sessionId', 'sessionIds']

/**
 * @throws TypeError for anything but a plain object, for a field that does not exist or is inherited, and for one that is there
 *   without a value: `{ userId: undefined }`, from a variable that should have had one, must not mean everyone.
 */
export const checkTarget = (target: PublishTarget): Address =>
  toAddress(ownFields({ what: 'a target', names: TARGET_FIELDS }, target))

/**
 * @param target - Fields that {@link ownFields} has checked.
 * @throws TypeError for a value that its field does not take.
 */
export function toAddress(target: PublishTarget): Address {
  const names = Object.keys(target) as (keyof PublishTarget)[]
  for (const name of names) {
    const [wants, fits] = FIELDS[name]
    const value = target[name]
    if (fits(value)) continue
    const got = SECRET.includes(name) ? shownToken(value) : shown(value)
    throw new TypeError(`${name} expects ${wants}, got ${got}; without ${name} it is everyone`)
  }
  if (names.length === 0) return {}
  if (target.topic && target.resource) throw new TypeError('a target has a topic or a resource, not both')
  const { sessionId, sessionIds, clientIds, except, ...rest } = composeTopics(target)
  const sessions = sessionId && sessionIds ? sessionIds.filter((id) => id === sessionId) : sessionIds
  const only = sessions ?? (sessionId === undefined ? undefined : [sessionId])
  return {
    ...rest,
    // Copies: what is written down must not change when the caller goes on with the same list.
    ...(only && { sessionIds: [...only] }),
    ...(clientIds && { clientIds: [...clientIds] }),
    ...(except !== undefined && { except: [except].flat() }),
  }
}

/** Says of clients whether they are among those addressed. Made once for an event, asked for each client. */
export function selector(to: Address): (client: Addressee) => boolean {
  const { userId, tenant } = to
  // Lists may be as long as the hub has clients, and each of those is asked.
  const sessions = to.sessionIds && new Set(to.sessionIds)
  const clients = to.clientIds && new Set(to.clientIds)
  const except = to.except && new Set(to.except)
  const name = to.topic ?? to.resource
  const patterns = name === undefined ? undefined : coveringPatterns(name)
  return ({ id, principal, topics, asked }) => {
    if (userId !== undefined && principal.userId !== userId) return false
    if (tenant !== undefined && principal.tenant !== tenant) return false
    if (sessions && !sessions.has(principal.sessionId ?? '')) return false
    if (clients && !clients.has(id)) return false
    if (except?.has(id)) return false
    return !patterns || patterns.some((each) => topics.has(each)) || (to.resource !== undefined && asked.size === 0)
  }
}

/** @throws TypeError for a name that is none, would break its line or is the protocol's own. */
export function checkType(type: unknown): asserts type is string {
  if (typeof type !== 'string' || type === '')
    throw new TypeError(`the name of an event must be a string that is not empty, got ${shown(type)}`)
  oneLine('event', type)
  if (type.length > 200)
    throw new TypeError(`the name of an event may have 200 characters, and this one has ${type.length}`)
  if (RESERVED.includes(type))
    throw new TypeError(`${type} is a name of the protocol's own (${RESERVED.join(', ')}): choose another`)
}
