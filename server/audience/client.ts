import { monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Sink } from './carrier.ts'
import { type Grants, type Joined, topicsOf } from './grants.ts'
import type { Outlet } from './outlet.ts'
import { type Identity, type Principal, sinceOf } from './principal.ts'

/** One open stream, as the hub sees it. */
export interface Client extends Joined {
  /** Its public name; told in `connected`. */
  readonly id: string
  readonly principal: Principal
  asked: Grants['asked']
  /** The topics that it asked to join last: some may have been refused, or not been decided yet. */
  wanted: ReadonlySet<string>
  /** The number of the last change of topics that it asked for. */
  revision: number
  /** The number of the last change that the stream has confirmed. Undefined ahead of `connected`. */
  confirmed: number | undefined
  /** Comments do not reach it: it hears with the native EventSource. */
  readonly native: boolean
  readonly outlet: Outlet
  readonly sink: Sink
  /** Epoch milliseconds. */
  readonly connectedAt: number
  /** When the client last proved to be there, in epoch milliseconds: see {@link noteSeen}. */
  lastSeen: number
  /** On the monotonic clock, as all that follow which do not say otherwise. */
  readonly openedAt: number
  /** Epoch milliseconds: when its principal expires. */
  readonly expiresAt: number
  /** Epoch milliseconds: events that were published earlier are not for its principal. */
  readonly since: number
  /** When it is asked to reconnect. */
  leavesAt: number
  /** When the stream is ended, since it was asked to leave, and why. */
  endsAt: number
  leaving: Ending
  /** It hears of events as they happen; before that it is being given what it missed. */
  live: boolean
  /**
   * Events up to this number are behind it: it had them, or they were not for it. While it is live, and none of its events waits
   * for the filter, the hub's own place counts.
   */
  after: number
  /** The number in the last id that it was sent, and when. */
  sentSeq: number
  sentAt: number
  /** Which event it was asked about last, as the hub counts those that it hands out: it is asked once about each. */
  turn: number
  /** Why it is gone. */
  ended: Ending | undefined
}

/**
 * Why a stream ended.
 *
 * - `closed`: the client left.
 * - `overflow`: too many events waited for it, or mail of its user would have been lost.
 * - `stalled`: it took nothing for `limits.stall`.
 * - `timeout`: it showed no sign of life for `clientTimeout`.
 * - `expired`: `expires` of its principal has passed.
 * - `kicked`: `hub.kick()`.
 * - `max-age`: it was open for `maxAge`.
 * - `drained`: the hub was closed.
 * - `error`: the log could not be read, or the stream could not be written.
 */
export type Ending =
  | 'closed'
  | 'overflow'
  | 'stalled'
  | 'timeout'
  | 'expired'
  | 'kicked'
  | 'max-age'
  | 'drained'
  | 'error'

/** The facts about a client when its stream opens. */
type Newcomer = Pick<
  Client,
  'principal' | 'asked' | 'given' | 'native' | 'sink' | 'outlet' | 'expiresAt' | 'leavesAt' | 'after'
>

/** A client whose stream opens now: nothing is confirmed yet, and events of before are still to come. */
export function createClient(known: Newcomer, clock: Clock): Client {
  const { principal, asked, after } = known
  const now = monotonic(clock)
  const date = clock.now()
  return {
    ...known,
    id: mintClientId(),
    topics: topicsOf(known),
    wanted: asked,
    revision: 0,
    confirmed: undefined,
    connectedAt: date,
    lastSeen: date,
    openedAt: now,
    since: sinceOf(principal),
    endsAt: Infinity,
    leaving: 'max-age',
    live: false,
    sentSeq: after,
    sentAt: now,
    turn: 0,
    ended: undefined,
  }
}

/** The topics that a gap concerns: a client that asked for no topic had everything that is for nobody in particular. */
export const concernOf = (client: Grants): readonly string[] => (client.asked.size ? [...topicsOf(client)] : ['*'])

/** One open stream, for the operator. It has the principal: do not send it to clients. */
export interface ClientInfo<P = Identity> {
  readonly clientId: string
  /** The object that `authenticate` returned. */
  readonly principal: P
  /** The topics that it has joined, wildcards included. */
  readonly topics: readonly string[]
  /** When the stream was opened, in epoch milliseconds. */
  readonly connectedAt: number
  /**
   * When the client last showed a sign of life, in epoch milliseconds: its request, a POST that changed its topics, or the moment when
   * it had taken all bytes that were written to it. The server looks once a second. A kernel or a proxy may have taken the bytes.
   */
  readonly lastSeen: number
  /** False during its replay. */
  readonly live: boolean
  /** The bytes and events that wait for it because it is slow. */
  readonly queue: { readonly events: number; readonly bytes: number }
}

export function describeClient(client: Client): ClientInfo<Principal> {
  const { id, principal, connectedAt, lastSeen, live, outlet } = client
  return {
    clientId: id,
    principal,
    topics: [...topicsOf(client)],
    connectedAt,
    lastSeen,
    live,
    queue: { events: outlet.events, bytes: outlet.bytes },
  }
}

/**
 * Notes that a client has taken all that was written to it: then it was there when that was written, or later.
 * @param now - On the monotonic clock.
 * @param date - The same moment in epoch milliseconds.
 */
export function noteSeen(client: Client, now: number, date: number): void {
  const seen = date - (now - client.outlet.lastWriteAt)
  // Not later than now, though the clock may have been set back.
  client.lastSeen = Math.min(Math.max(client.lastSeen, seen), date)
}

/** 128 bits of chance: nobody guesses the id of another. It is an address all the same, and not a key. */
export function mintClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => (sign === '+' ? '-' : sign === '/' ? '_' : ''))
}
