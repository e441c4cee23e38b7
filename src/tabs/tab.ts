import type { Clock } from '../base/clock.ts'
import { type Control, covers, isBehind, readControl, VERSION } from '../hub/protocol.ts'
import type { TransportRequest } from '../transports/request.ts'
import type { Block, Host, Transport, TransportLink, TransportSink } from '../transports/transport.ts'
import { type Backlog, createBacklog, idOf } from './backlog.ts'
import type { Entry, Message, Position } from './message.ts'
import type { TabsChannel, TabsPlatform } from './platform.ts'

/*
 * One client in one tab: how far it has got, and what it gets of what the shared connection brings.
 */

/** What a tab is made of. */
export interface TabContext {
  /** The name of the lock and the channel. */
  readonly _name: string
  /** Carries the shared connection. */
  readonly _inner: Transport
  readonly _host: Host
  readonly _platform: TabsPlatform
  readonly _locks: NonNullable<TabsPlatform['locks']>
  /** What the client has subscribed to: names and patterns. */
  readonly _names: Iterable<string>
  /** Tells the transport that carries the connection that a name is subscribed to. */
  readonly _listen: Host['listen']
}

export interface Tab extends TabContext {
  readonly _clock: Clock
  readonly _backlog: Backlog
  /**
   * Another each time that the tab joins: who waits for it to leave waits for that one. '' until it holds the lock that shows the
   * others that it lives.
   */
  _id: string
  /** Undefined while the tab takes no part. */
  _channel?: TabsChannel | undefined
  /** The term of the latest leader that it knows of. */
  _term: number
  _at: Position
  _attempt?: Attempt | undefined
  /** The next attempt is the tab's own doing, not the client's. */
  _renewing?: boolean
}

/** An attempt of the client. */
export interface Attempt {
  readonly _request: TransportRequest
  readonly _sink: TransportSink
  /** The topics that the client wants now: `hub()` has put them into the URL. */
  _topics: readonly string[]
  /** The client knows that it is open. */
  _isOpen?: boolean
  /** It gets the leader's frames; of the leader: its server has introduced itself, or will not. */
  _isLive?: boolean
  /** A connection of its own: the leader's, or one to catch up. */
  _link?: TransportLink | undefined
}

/** Those of the names that are not among the others. */
export const without = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name))

export const createAttempt = (request: TransportRequest, sink: TransportSink): Attempt => ({
  _request: request,
  _sink: sink,
  _topics: new URL(request.url).searchParams.get('topics')?.split(',') ?? [],
})

export const NOWHERE: Position = { term: 0, n: 0, cursor: '' }

export const createTab = (context: TabContext): Tab => ({
  ...context,
  _clock: context._host.options.clock,
  _backlog: createBacklog(),
  _id: '',
  _term: 0,
  _at: NOWHERE,
})

export const post = (tab: Tab, message: Message): void => tab._channel?.postMessage(message)

/** Whether the client wants a connection, and is not paused. */
export const isActive = ({ state }: Host): boolean => /connecting|open|waiting/.test(state.get().status)

/** Has the client leave its attempt, or its wait, and make a new one. */
export function renew(tab: Tab): void {
  const { _host } = tab
  if (!isActive(_host)) return
  tab._renewing = true
  _host.reconnect()
}

/** Confirms the topics that a client has joined. Without `hub()` that would be an event like any other. */
export function confirm(host: Host, { _sink }: Attempt, topics: readonly string[] | undefined): void {
  if (host.topics) _sink.block({ type: 'subscribed', data: JSON.stringify({ topics }), id: undefined })
}

/**
 * An attempt begins where its client is. That is elsewhere than the tab if the client dropped its cursor, or if events were
 * not handled.
 */
export function moveTo(tab: Tab, cursor: string, leads: boolean): void {
  // A leader that is further back has still to bring to others what its own client has.
  if (cursor === tab._at.cursor || (leads && isBehind(tab._at.cursor, cursor))) return
  tab._at = { ...(leads ? tab._at : NOWHERE), cursor }
  if (!leads) tab._backlog._forget()
}

/** What the server says of itself; undefined if the block is no introduction. */
export function introOf({ type, data }: Partial<Block>): Control | undefined {
  const control = type === 'connected' && data ? readControl(data) : {}
  return control.v === VERSION ? control : undefined
}

/** Brings one frame to the client. The tab's position moves first: the client may leave. */
export function deliver(tab: Tab, { _sink, _request, _topics }: Attempt, entry: Entry): void {
  const { frame, term, n } = entry
  tab._backlog._add(entry, tab._at)
  tab._at = { term, n, cursor: idOf(entry) ?? tab._at.cursor }
  const [kind, value] = frame
  if (kind !== 'block') return (_sink[kind] as (value: unknown) => void)(value)
  const { type, data, id, topic } = value
  // A leader that has not handled all events is resumed further back: that must not take this client back.
  const isBack = type === 'connected' && isBehind(`${id}`, _request.lastEventId)
  const isForeign = topic && !_topics.some((name) => covers(name, topic))
  _sink.block({ ...value, id: isBack ? undefined : id, data: isForeign ? undefined : data })
}
