import { setTimer } from '../clock.ts'
import { isBehind, withParam } from '../cursor.ts'
import { SSEError } from '../errors.ts'
import { type Control, readControl } from '../protocol.ts'
import { isBreak } from './backlog.ts'
import { type Hello, type Message, plain, plainError } from './message.ts'
import { createRelay } from './relay.ts'
import { createRoster } from './roster.ts'
import type { Tab, Try } from './tab.ts'
import { createUnion } from './union.ts'

/*
 * The tab that has the one line: it asks for what all tabs want, hands on what it hears, and knows who is there.
 */

export interface Leader {
  /** Makes the line, for a try of the client's. */
  lead(mine: Try): Promise<void>
  /** A follower speaks. */
  hear(message: Message): void
  /** The client's state has changed. */
  tell(): void
  /** What this tab wants has changed. */
  wants(): void
  /** Whether the line itself has just ended, so that what the client makes of it holds for all. */
  readonly ending: boolean
  /** It has asked another tab to take over. */
  readonly yielding: boolean
  resign(): void
}

/** How long a server may take to introduce itself, or not: until then nobody can be told what to make of it. */
const INTRODUCTION = 1000
/** A line this silent, and doubted by a follower, is left. */
const DOUBTFUL = 10_000
/** For how long nobody may look at a leader, if somebody looks at another tab: hidden pages are slowed down, and frozen. */
const UNSEEN = 30_000

/**
 * @param deposed - Another tab leads.
 */
export function createLeader(tab: Tab, locks: Pick<LockManager, 'request' | 'query'>, deposed: () => void): Leader {
  const { host, clock, platform, inner, term } = tab
  const roster = createRoster(tab, locks, gone)
  const union = createUnion(tab, roster.all, tell)
  const relay = createRelay(tab, locks, () => roster.all().length > 0, deposed)
  let resigned = false
  let called = false
  /** The try whose line is open, and whose server has said what it is. */
  let live: Try | undefined
  let introduction: unknown
  /** The topic that a `ping` said of the next event, from a transport that hears no comments. */
  let announced: Control = {}
  let unseenSince = Infinity
  let unseen: unknown
  let heardAt = 0
  let heartbeatMs: number | undefined

  const isLive = (): boolean => tab.try !== undefined && tab.try === live

  function gone(id: string): void {
    roster.drop(id)
    retell()
  }

  /** From now on others may join. */
  function begin(mine: Try): void {
    if (live === mine) return
    live = mine
    tell()
  }

  function retell(): void {
    if (isLive()) union.retell()
  }

  function welcome({ from, ask, at, topics }: Hello): void {
    if (!union.covers(topics)) return
    relay.flush()
    const { n, cursor } = tab.at
    const lacks = tab.backlog.after(at)
    const recovered = Boolean(lacks && (at.n || at.cursor)) && !lacks?.some(isBreak)
    // Without an id there is nothing to ask the server for: it can only go on from here.
    const entries = lacks ?? (at.cursor ? undefined : [])
    const word = union.intro && JSON.stringify({ ...union.intro, recovered })
    tab.post({ kind: 'welcome', to: from, ask, term, n, entries, heartbeatMs, intro: word, cursor })
  }

  function tell(): void {
    if (resigned) return
    const state = host.state.get()
    // Of a client that was a follower's until now, being open says nothing.
    const isReady = state.status !== 'open' || isLive()
    tab.post({ kind: 'state', term, state: isReady ? plain(state) : { status: 'connecting', attempt: 0 } })
  }

  function look(): void {
    const now = clock.now()
    clock.clearTimeout(unseen)
    unseenSince = platform.isVisible() ? Infinity : Math.min(unseenSince, now)
    if (now - unseenSince < UNSEEN) unseen = setTimer(clock, unseenSince + UNSEEN - now, look)
    else {
      const heir = roster.all().find(({ visible }) => visible)
      if (!heir) return
      self.yielding = true
      tab.post({ kind: 'yield', term, to: heir.from })
    }
  }

  const unlook = platform.onVisibility(look)

  const self: { -readonly [K in keyof Leader]: Leader[K] } = {
    ending: false,
    yielding: false,
    tell,
    wants: retell,
    async lead(mine) {
      const { request, sink, names } = mine
      if (!called) {
        tell()
        await roster.call()
        const { cursor } = tab.at
        const lowest = roster.lowest(cursor)
        if (lowest) tab.at = isBehind(cursor, lowest.cursor) ? { ...lowest, cursor } : lowest
      }
      called = true
      if (resigned || tab.try !== mine) return
      const asked = union.begin()
      for (const hello of roster.all()) for (const name of hello.names) names.add(name)
      const url = asked.length ? withParam(request.url, 'topics', asked.join()) : request.url
      const line = inner.connect(
        { ...request, url, names, lastEventId: tab.at.cursor },
        {
          open: (ms) =>
            relay.act(mine, () => {
              heartbeatMs = ms
              heardAt = clock.now()
              clock.clearTimeout(introduction)
              introduction = setTimer(clock, INTRODUCTION, () => relay.act(mine, () => begin(mine)))
              sink.open(ms)
            }),
          heard() {
            relay.awake()
            heardAt = clock.now()
            relay.act(mine, sink.heard)
          },
          id: (id) => relay.id(mine, id),
          event: (type, data, id, topic) =>
            relay.act(mine, () => {
              const named = topic ?? (type === announced.event ? announced.topic : undefined)
              announced = type === 'ping' ? readControl(data) : {}
              const word = announced.topic ? undefined : union.read(type, data)
              if (word !== undefined) relay.take(mine, ['event', type, word, id, named])
              begin(mine)
            }),
          retry: (ms) => relay.take(mine, ['retry', ms]),
          beat: () => relay.take(mine, ['beat']),
          oversized: () => relay.take(mine, ['oversized']),
          end: (reason) =>
            relay.act(mine, () => {
              relay.flush()
              self.ending = true
              sink.end(reason)
              self.ending = false
              // The cursor was refused, and has been dropped: that of every tab.
              const isRefused = reason instanceof SSEError && reason.code === 'http'
              if (isRefused && !resigned && host.state.get().status === 'connecting')
                tab.post({ kind: 'refused', term, error: plainError(reason) })
            }),
        },
      )
      // It may have been left before it returned.
      if (tab.try === mine) mine.line = line
      else line.close()
    },
    hear(message) {
      relay.awake()
      if (message.kind === 'probe') tell()
      if (message.kind !== 'hello') return
      const { nudge, names, to } = message
      // This tab did not know how far terms have got, or has been deposed.
      if (to > term) {
        tab.term = to
        return deposed()
      }
      roster.heard(message)
      const state = host.state.get()
      const isWaiting = state.status === 'waiting'
      const isDue = isWaiting
        ? nudge === state.until
        : nudge !== undefined && isLive() && clock.now() - heardAt > DOUBTFUL
      if (isDue) return tab.renew()
      for (const name of names) tab.try?.line?.listen?.(name)
      retell()
      if (isLive()) welcome(message)
      else if (to !== term || isWaiting) tell()
      look()
    },
    resign() {
      relay.end()
      resigned = true
      unlook()
      clock.clearTimeout(unseen)
      clock.clearTimeout(introduction)
      union.end()
      roster.end()
    },
  }
  look()
  return self
}
