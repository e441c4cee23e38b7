import type { Clock } from '../base/clock.ts'
import type { Waiting } from '../decisions/state.ts'
import { type Control, covers, isBehind, readControl, VERSION } from '../hub/protocol.ts'
import type { TransportRequest } from '../transports/request.ts'
import type { Block, Host, Transport, TransportLink, TransportSink } from '../transports/transport.ts'
import { type Backlog, createBacklog, idOf } from './backlog.ts'
import { type Entry, type Message, type Position, plain, type Word } from './message.ts'
import type { TabsChannel, TabsPlatform } from './platform.ts'
import { ALONE, LEADING, type Role } from './role.ts'

/*
 * One client in one tab: how far it has got, and what it gets of what the shared connection brings.
 */

/** The parts of a tab. */
export interface TabContext {
  /** Carries the shared connection. */
  readonly _inner: Transport
  readonly _host: Host
  readonly _platform: TabsPlatform
  readonly _locks: NonNullable<TabsPlatform['locks']>
  /** The client's subscriptions: names and patterns. */
  readonly _names: ReadonlySet<string>
  /** Tells the transport that carries the connection that a name is subscribed to. */
  readonly _listen: Host['listen']
}

export interface Tab extends TabContext {
  readonly _clock: Clock
  readonly _backlog: Backlog
  /** The name of the lock and the channel, once the client has asked for a connection. */
  _name: string
  /**
   * Another each time that the tab joins: who waits for it to leave waits for that one. Undefined until it holds the lock that shows
   * the others that it lives.
   */
  _tabId?: string | undefined
  /** Undefined while the tab takes no part. */
  _channel?: TabsChannel | undefined
  /** The term of the latest leader that it knows of. */
  _term: number
  _role: Role
  _at: Position
  _attempt?: Attempt | undefined
  /** The shared connection has just ended: what the client makes of that holds for all. */
  _isEnding?: boolean
  /** It leads, and has asked another tab to take over. */
  _isYielding?: boolean
  /** Until when the leader's client waits, as far as a follower knows; 0: it does not. */
  _waitsUntil: number
  /** The next attempt is the tab's own doing, not the client's. */
  _renewing?: boolean
}

/** The object that carries out a role: a leader or a follower. */
export interface Part {
  /** Connects, or joins the leader's stream, for an attempt of the client. */
  _start(attempt: Attempt): void
  /** A message of another tab. */
  _receive(message: Message): void
  /** The topics that this tab wants have changed. */
  _changed(): void
  _end(): void
}

/** An attempt of the client. */
export interface Attempt {
  readonly _request: TransportRequest
  readonly _sink: TransportSink
  /** The topics that the client wants now: `hub()` has put them into the URL. */
  _topics: readonly string[]
  /** The client has been told which of them the server does not grant. */
  _told?: boolean
  /** The client knows that it is open. */
  _isOpen?: boolean
  /** It gets the leader's frames; of the leader: its server has introduced itself, or will not. */
  _isLive?: boolean
  /** The server's heartbeat, if it announced one to the leader. */
  _heartbeatMs?: number | undefined
  /** When the leader last heard of the server. */
  _heardAt?: number
  /** A connection of its own: the leader's, or one to catch up. */
  _link?: TransportLink | undefined
}

export const createAttempt = (request: TransportRequest, sink: TransportSink): Attempt => ({
  _request: request,
  _sink: sink,
  _topics: new URL(request.url).searchParams.get('topics')?.split(',') ?? [],
})

export const NOWHERE: Position = { term: 0, n: 0, cursor: '' }

export const createTab = (context: TabContext): Tab =>
  ({
    ...context,
    _clock: context._host.options.clock,
    _backlog: createBacklog(),
    _term: 0,
    _role: ALONE,
    _waitsUntil: 0,
    _at: NOWHERE,
  }) as Omit<Tab, '_name'> as Tab

export const post = (tab: Tab, word: Word): void => tab._channel?.postMessage({ term: tab._term, ...word })

/** Posts the state of the leader's client. */
export const report = (tab: Tab): void => post(tab, { kind: 'state', state: plain(tab._host.state.get()) })

/** Whether the client wants a connection, and is not paused. */
export const isActive = ({ state }: Host): boolean => !/idle|paused|closed/.test(state.get().status)

/** Has the client leave its attempt, or its wait, and make a new one. */
export function renew(tab: Tab): void {
  const { _host } = tab
  if (!isActive(_host)) return
  tab._renewing = true
  _host.reconnect()
}

/**
 * Has the client make a new attempt in place of the one that there is. A wait that the server asked for is kept; any other may come
 * only from the last leader's page: a page that is left breaks its connection first.
 */
export function startOver(tab: Tab): void {
  const state = tab._host.state.get()
  if (!(state as Partial<Waiting>).error?.retryAfter) renew(tab)
}

/**
 * Brings a client what the server said of itself. Of the topics that it does not grant, a client hears of its own, and after
 * each change of its topics once. The fields may be of any type.
 */
export function introduce(tab: Tab, intro: Control | undefined, id?: string): void {
  const attempt = tab._attempt as Attempt
  const { _sink, _topics, _told } = attempt
  const refused = _told ? [] : [intro?.denied ?? []].flat().filter((each) => _topics.includes(each?.topic))
  attempt._told = true
  const granted = intro?.topics && [intro.topics].flat()
  const topics = granted && _topics.filter((name) => granted.includes('*') || granted.includes(name))
  const data = intro && JSON.stringify({ ...intro, topics, denied: refused[0] && refused })
  _sink.block({ type: 'connected', data, id })
}

/**
 * An attempt begins where its client is. That is elsewhere than the tab if the client dropped its cursor, or if events were
 * not handled.
 */
export function moveTo(tab: Tab, cursor: string): void {
  const leads = tab._role === LEADING
  // A leader that is further back has still to bring to others what its own client has.
  if (cursor === tab._at.cursor || (leads && isBehind(tab._at.cursor, cursor))) return
  tab._at = { ...(leads ? tab._at : NOWHERE), cursor }
  if (!leads) tab._backlog._forget()
}

/** The server's introduction; undefined if the block is none. */
export function introOf({ type, data }: Partial<Block>): Control | undefined {
  const control = type === 'connected' && data ? readControl(data) : {}
  return control.v === VERSION ? control : undefined
}

/** Confirms its topics to a client. Without `hub()` that would be an event like any other. */
export function confirm(tab: Tab, intro: Control | undefined): void {
  if (tab._host.topics && intro) introduce(tab, intro)
}

/** Brings one frame to the client. The tab's position moves first: the client may leave. */
export function deliver(tab: Tab, entry: Entry): void {
  const { _sink, _request, _topics } = tab._attempt as Attempt
  const { frame, term, n } = entry
  tab._backlog._add(entry, tab._at)
  tab._at = { term, n, cursor: idOf(entry) ?? tab._at.cursor }
  const [kind, value, isWanted] = frame
  if (kind !== 'block') return (_sink[kind] as (value: unknown) => void)(value)
  const { data, id, topic } = value
  const intro = introOf(value)
  const isForeign = topic && isWanted && !_topics.some((name) => covers(name, topic))
  // A leader that has not handled all events is resumed further back: that must not take this client back.
  if (intro) introduce(tab, intro, isBehind(`${id}`, _request.lastEventId) ? undefined : id)
  else _sink.block({ ...value, data: isForeign ? undefined : data })
}

/** Brings those of the frames that the tab lacks. @returns False after a hole: something was lost on the way. */
export function deliverAll(tab: Tab, attempt: Attempt, entries: readonly Entry[]): boolean {
  for (const entry of entries) {
    const ahead = entry.n - tab._at.n
    // The client may have left.
    if (tab._attempt !== attempt) return true
    if (ahead > 1) return false
    if (ahead > 0) deliver(tab, entry)
  }
  return true
}
