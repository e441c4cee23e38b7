import { setTimer } from '../clock.ts'
import { isBehind, withParam } from '../cursor.ts'
import { type Control, readControl } from '../protocol.ts'
import { type Hello, type Message, plain } from './message.ts'
import { createRelay } from './relay.ts'
import { createRoster } from './roster.ts'
import { joined, type Tab, type Try } from './tab.ts'

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
  const relay = createRelay(tab, locks, () => roster.all().length > 0, deposed)
  let resigned = false
  let called = false
  /** The try whose line is open, and whose server has said what it is. */
  let live: Try | undefined
  let introduction: unknown
  let unseenSince = Infinity
  let unseen: unknown
  let heardAt = 0
  let heartbeatMs: number | undefined
  /** What the server has said of itself on this line. */
  let intro: Control | undefined
  /** All topics that the server was asked for last, and whether it has answered. */
  let asked: readonly string[] = []
  let settled = true
  let revision = 0

  const isLive = (): boolean => tab.try !== undefined && tab.try === live
  const union = (own: readonly string[]): string[] => [
    ...new Set([...own, ...roster.all().flatMap(({ topics }) => topics)]),
  ]

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
    const mine = tab.try
    if (!mine || !isLive()) return
    const all = union(mine.topics)
    const add = all.filter((name) => !asked.includes(name))
    const remove = asked.filter((name) => !all.includes(name))
    // What this client has just asked for may have been there already, as another tab wants it.
    if (!add.length && !remove.length) return settled ? joined(mine, intro?.topics) : undefined
    if (!intro?.clientId) return add.length ? tab.renew() : undefined
    asked = all
    settled = false
    const rev = ++revision
    // A new request asks for all of them.
    host.tell({ clientId: intro.clientId, rev, add, remove, all }).catch(() => rev === revision && tab.renew())
  }

  /** What the server says of this one line, as it is for all tabs; undefined for what is not to be passed on. */
  function read(type: string, data: string): string | undefined {
    const control = type === 'connected' || type === 'subscribed' ? readControl(data) : {}
    if (type === 'connected' && control.v) intro = control
    if (type !== 'subscribed' || !intro) return data
    // Numbered by this tab, which the clients know nothing of; of an earlier number the later one's answer tells more.
    if (control.rev !== revision) return undefined
    settled = true
    intro = { ...intro, topics: control.topics ?? asked }
    queueMicrotask(tell)
    return JSON.stringify({ ...control, rev: undefined, asked })
  }

  function welcome({ from, ask, at, topics }: Hello): void {
    if (!settled || topics.some((name) => !asked.includes(name))) return
    relay.flush()
    const { n, cursor } = tab.at
    const entries = tab.backlog.after(at)
    const recovered = Boolean(entries && (at.n || at.cursor))
    const word = intro && JSON.stringify({ ...intro, recovered })
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
      tab.post({ kind: 'yield', to: heir.from })
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
      let { lastEventId } = request
      if (!called) {
        tell()
        await roster.call()
        const lowest = roster.lowest(lastEventId)
        if (lowest) tab.at = lowest
        if (lowest && !isBehind(lastEventId, lowest.cursor)) lastEventId = lowest.cursor
      }
      called = true
      if (resigned || tab.try !== mine) return
      asked = union(mine.topics)
      settled = true
      intro = undefined
      for (const hello of roster.all()) for (const name of hello.names) names.add(name)
      const url = asked.length ? withParam(request.url, 'topics', asked.join()) : request.url
      const line = inner.connect(
        { ...request, url, names, lastEventId },
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
          event(type, data, id, topic) {
            const word = read(type, data)
            if (word !== undefined) relay.take(mine, ['event', type, word, id, topic])
            if (live !== mine) relay.act(mine, () => begin(mine))
          },
          retry: (ms) => relay.take(mine, ['retry', ms]),
          beat: () => relay.take(mine, ['beat']),
          oversized: () => relay.take(mine, ['oversized']),
          end: (reason) =>
            relay.act(mine, () => {
              relay.flush()
              self.ending = true
              sink.end(reason)
              self.ending = false
            }),
        },
      )
      // It may have been left before it returned.
      if (tab.try === mine) mine.line = line
      else line.close()
    },
    hear(message) {
      relay.awake()
      if (message.kind === 'bye') gone(message.from)
      if (message.kind === 'probe') tell()
      if (message.kind !== 'hello') return
      const { nudge, names, to } = message
      roster.heard(message)
      const isDue = host.state.get().status === 'waiting' || (isLive() && clock.now() - heardAt > DOUBTFUL)
      if (nudge && isDue) return tab.renew()
      for (const name of names) tab.try?.line?.listen?.(name)
      retell()
      if (isLive()) welcome(message)
      else if (to !== term) tell()
      look()
    },
    resign() {
      relay.end()
      resigned = true
      unlook()
      clock.clearTimeout(unseen)
      clock.clearTimeout(introduction)
      roster.end()
    },
  }
  look()
  return self
}
