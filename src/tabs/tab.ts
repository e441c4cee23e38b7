import { isBehind } from '../cursor.ts'
import { readControl } from '../protocol.ts'
import { belongs } from '../topic.ts'
import type { Transport, TransportLink, TransportRequest, TransportSink } from '../transports/transport.ts'
import { type Backlog, createBacklog, idOf } from './backlog.ts'
import type { Entry, Message, Position } from './message.ts'
import type { TabsPlatform } from './platform.ts'

/*
 * One client in one tab: how far it has got, and what it hands to its client of what the one line brings.
 */

/** A try of the client's. */
export interface Try {
  readonly request: TransportRequest
  readonly sink: TransportSink
  /** What the client wants to hear of now. */
  topics: readonly string[]
  readonly names: Set<string>
  /** Its URL asks for topics of which the client knows nothing. */
  readonly isFree: boolean
  /** The client has been told that it is open. */
  opened: boolean
  /** It hears the leader, from its own position on. */
  synced: boolean
  /** It waits for the server's word on its topics. */
  joining: boolean
  /** A line of its own: the leader's, or one to catch up. */
  line: TransportLink | undefined
}

export const asksForTopics = (url: string): boolean => /[?&]topics=/.test(url)

export const createTry = (request: TransportRequest, sink: TransportSink): Try => ({
  request,
  sink,
  topics: request.topics,
  names: new Set(request.names),
  isFree: !request.topics.length && asksForTopics(request.url),
  opened: false,
  synced: false,
  joining: false,
  line: undefined,
})

export interface Tab {
  /** Another each time that it joins: whoever waits for it to leave waits for that one. */
  id: string
  /** It holds the lock that tells the others that it lives. */
  isHere: boolean
  /** Of the lock and the channel. */
  readonly name: string
  readonly inner: Transport
  readonly host: TransportRequest['host']
  readonly clock: TransportRequest['clock']
  readonly platform: TabsPlatform
  readonly backlog: Backlog
  /** The latest leader's that it knows of. */
  term: number
  /** The one before. */
  before: number
  at: Position
  try: Try | undefined
  post(message: Message): void
  /** Makes the client leave its try, or its wait, and make a new one. */
  renew(): void
  /** The next try is this tab's doing, and not its client's. */
  renewing: boolean
}

/** Tells the client which topics it has joined, if it waits for that. */
export function joined(to: Try, topics: readonly string[] | undefined): void {
  if (to.joining) to.sink.event('subscribed', JSON.stringify({ topics }), undefined)
  to.joining = false
}

export const NOWHERE: Position = { term: 0, n: 0, cursor: '' }

export function createTab(
  rest: Omit<Tab, 'id' | 'backlog' | 'term' | 'isHere' | 'before' | 'at' | 'try' | 'renewing'>,
): Tab {
  return {
    ...rest,
    id: '',
    backlog: createBacklog(),
    term: 0,
    before: 0,
    at: NOWHERE,
    try: undefined,
    renewing: false,
    isHere: false,
  }
}

/** A try begins where its client stands: elsewhere than the tab, if that has dropped its cursor, or events that were not handled. */
export function stand(tab: Tab, cursor: string, leads: boolean): void {
  // What a leader has still to bring to others may lie further back.
  if (cursor === tab.at.cursor || (leads && isBehind(tab.at.cursor, cursor))) return
  tab.at = { ...(leads ? tab.at : NOWHERE), cursor }
  if (!leads) tab.backlog.clear()
}

/** The server's word on the one line, as it is for this client; undefined if it is not about it. */
function own({ request, topics }: Try, type: string, data: string): string | undefined {
  // One that had nowhere to resume from has not been resumed, though others have.
  if (type === 'connected' && !request.lastEventId) return JSON.stringify({ ...readControl(data), recovered: false })
  if (type !== 'subscribed') return data
  const { asked } = readControl(data)
  return !asked || topics.every((name) => asked.includes(name)) ? data : undefined
}

/** Hands one frame to the client, and takes its place. */
export function hand(tab: Tab, to: Try, entry: Entry): void {
  const { frame, term, n } = entry
  const { sink } = to
  tab.backlog.push(entry, tab.at)
  tab.at = { term, n, cursor: idOf(entry) ?? tab.at.cursor }
  switch (frame[0]) {
    case 'id':
      return sink.id(frame[1])
    case 'retry':
      return sink.retry(frame[1])
    case 'event': {
      const [, type, data, id, topic] = frame
      const word = own(to, type, data)
      // A line that was taken up further back, for another tab, must not take this one back.
      if (id !== undefined && !(type === 'connected' && isBehind(id, to.request.lastEventId))) sink.id(id)
      // What only another tab has joined is not this one's to hear.
      if (
        word !== undefined &&
        (!topic || to.isFree || to.topics.some((name) => belongs(name, { type, topic }, undefined)))
      )
        sink.event(type, word, id, topic)
      return
    }
    default:
      return sink[frame[0]]()
  }
}
