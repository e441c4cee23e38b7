import { setTimer } from '../clock.ts'
import { withParam } from '../cursor.ts'
import { type Control, readControl } from '../protocol.ts'
import { type Frame, type Hello, type Message, type Position, plain } from './message.ts'
import { holdLock } from './platform.ts'
import { hand, joined, type Tab, type Try } from './tab.ts'

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

/** For how long tabs may say who they are, to one that begins to lead. Frozen ones never do. */
const ROLL_CALL = 200
/** How long a server may take to introduce itself, or not: until then nobody can be told what to make of it. */
const INTRODUCTION = 1000
/** A tab that has run nothing for so long may have been given up meanwhile. */
const ABSENT = 3000
/** A line this silent, and doubted by a follower, is left. */
const DOUBTFUL = 10_000
/** For how long nobody may look at a leader, if somebody looks at another tab: hidden pages are slowed down, and frozen. */
const UNSEEN = 30_000

/**
 * @param deposed - Another tab leads.
 */
export function createLeader(tab: Tab, locks: Pick<LockManager, 'request' | 'query'>, deposed: () => void): Leader {
  const { host, clock, platform, inner } = tab
  const { term } = tab
  const others = new Map<string, Hello>()
  /** Those that wait for a tab's lock: whoever gets it has outlived the tab. */
  const watches = new Map<string, () => void>()
  let resigned = false
  /** The try whose line is open, and has said whose it is. */
  let live: Try | undefined
  let introduction: unknown
  /** Another tab's position, from which the line is to begin. */
  let start: Position | undefined
  /** Called at each hello, until all have been heard. */
  let counted: (() => void) | undefined
  let called = false
  let pending: Frame[] = []
  /** Frames of a tab that may not lead any more. */
  let held: (() => void)[] | undefined
  let awake = clock.now()
  let heardAt = 0
  let unseenSince = Infinity
  let unseen: unknown
  let heartbeatMs: number | undefined
  /** What the server has said of itself on this line. */
  let intro: Control | undefined
  /** All topics that the server was asked for last, and whether it has answered. */
  let asked: readonly string[] = []
  let settled = true
  let revision = 0

  const hellos = (): Hello[] => [...others.values()]
  const union = (own: readonly string[]): string[] => [...new Set([...own, ...hellos().flatMap((each) => each.topics)])]
  const isLive = (): boolean => tab.try !== undefined && tab.try === live

  async function present(): Promise<string[]> {
    const { held = [] } = await locks.query()
    const prefix = `${tab.name}:`
    return held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
  }

  /** Waits until every tab has said what it wants and how far it has got. */
  async function rollCall(): Promise<void> {
    tell()
    const all = (await present()).filter((id) => id !== tab.id)
    await new Promise<void>((resolve) => {
      const timer = setTimer(clock, ROLL_CALL, resolve)
      counted = () => {
        if (!resigned && !all.every((id) => others.get(id)?.to === term)) return
        clock.clearTimeout(timer)
        resolve()
      }
      counted()
    })
    counted = undefined
    // Where the stream is taken up: where this tab stands, or further back, where another stands whom it cannot tell the rest.
    const lagging = hellos().filter(({ at }) => at.n && at.cursor && !tab.backlog.after(at))
    const latest = Math.max(...lagging.map(({ at }) => at.term))
    for (const { at } of lagging)
      if (at.term === latest && latest >= tab.at.term && at.n < (start?.n ?? Infinity)) start = at
    if (start) tab.at = start
  }

  function flush(): void {
    const list = pending
    pending = []
    if (list.length && others.size) tab.post({ kind: 'frames', term, n: tab.at.n - list.length + 1, list })
  }

  function take(mine: Try, frame: Frame): void {
    if (held) return void held.push(() => take(mine, frame))
    if (tab.try !== mine) return
    if (!pending.length) queueMicrotask(flush)
    pending.push(frame)
    hand(tab, mine, { term, n: tab.at.n + 1, frame })
  }

  /** Before anything stale is passed on: does this tab lead at all? */
  async function verify(): Promise<void> {
    const acts: (() => void)[] = []
    held = acts
    const { held: locked = [] } = await locks.query().catch(() => ({ held: [] }))
    held = undefined
    if (resigned) return
    const holder = (name: string): string | undefined => locked.find((each) => each.name === name)?.clientId
    if (holder(tab.name) !== holder(`${tab.name}:${tab.id}`)) return deposed()
    awake = clock.now()
    for (const act of acts) act()
  }

  /** From now on others may join. */
  function begin(mine: Try): void {
    if (live === mine || tab.try !== mine) return
    live = mine
    tell()
  }

  /** What this client has just asked for was there already, as another tab wants it. */
  function answer(mine: Try): void {
    if (settled && mine.joining) queueMicrotask(() => tab.try === mine && joined(mine, intro?.topics))
  }

  function retell(): void {
    const mine = tab.try
    if (!mine || !isLive()) return
    const all = union(mine.topics)
    const add = all.filter((name) => !asked.includes(name))
    const remove = asked.filter((name) => !all.includes(name))
    if (!add.length && !remove.length) return answer(mine)
    if (!intro?.clientId) return add.length ? tab.renew() : undefined
    asked = all
    settled = false
    const rev = ++revision
    // A new request asks for all of them.
    host.tell({ clientId: intro.clientId, rev, add, remove, all }).catch(() => rev === revision && tab.renew())
  }

  /** The server's own events, as far as they are about all tabs and not about one. @returns Undefined: not to be passed on. */
  function read(frame: Frame): Frame | undefined {
    if (frame[0] !== 'event') return frame
    const [, type, data, id, topic] = frame
    const control = type === 'connected' || type === 'subscribed' ? readControl(data) : {}
    if (type === 'connected' && control.v) intro = control
    if (type !== 'subscribed' || !intro) return frame
    // Numbered by this tab, which the clients know nothing of; of an earlier number the later one's answer tells more.
    if (control.rev !== revision) return undefined
    settled = true
    intro = { ...intro, topics: control.topics ?? asked }
    queueMicrotask(tell)
    return ['event', type, JSON.stringify({ ...control, rev: undefined, asked }), id, topic]
  }

  function welcome({ from, ask, at, topics }: Hello): void {
    flush()
    const { n, cursor } = tab.at
    const entries = tab.backlog.after(at)
    const recovered = Boolean(entries && (at.n || at.cursor))
    const word = intro && JSON.stringify({ ...intro, recovered })
    if (topics.every((name) => asked.includes(name)) && settled)
      tab.post({ kind: 'welcome', to: from, ask, term, n, entries, heartbeatMs, intro: word, cursor })
  }

  function tell(): void {
    if (resigned) return
    const state = host.state.get()
    // Of a client that was a follower's until now, being open says nothing.
    tab.post({
      kind: 'state',
      term,
      state: plain(state.status === 'open' && !isLive() ? { status: 'connecting', attempt: 0 } : state),
    })
  }

  function look(): void {
    const now = clock.now()
    clock.clearTimeout(unseen)
    unseenSince = platform.isVisible() ? Infinity : Math.min(unseenSince, now)
    const heir = hellos().find((each) => each.visible)
    if (now - unseenSince >= UNSEEN) {
      if (!heir) return
      self.yielding = true
      tab.post({ kind: 'yield', to: heir.from })
    } else unseen = setTimer(clock, unseenSince + UNSEEN - now, look)
  }

  const unlook = platform.onVisibility(look)

  const self: { -readonly [K in keyof Leader]: Leader[K] } = {
    ending: false,
    yielding: false,
    tell,
    wants: retell,
    async lead(mine) {
      if (!called) await rollCall()
      called = true
      if (resigned || tab.try !== mine) return
      const { request, sink, names } = mine
      asked = union(mine.topics)
      settled = true
      intro = undefined
      for (const each of hellos()) for (const name of each.names) names.add(name)
      const url = asked.length ? withParam(request.url, 'topics', asked.join()) : request.url
      const on = (act: () => void): void => {
        if (held) held.push(() => tab.try === mine && act())
        else if (tab.try === mine) act()
      }
      const from = start
      start = undefined
      const line = inner.connect(
        { ...request, url, names, lastEventId: from?.cursor ?? request.lastEventId },
        {
          open: (ms) =>
            on(() => {
              heartbeatMs = ms
              heardAt = clock.now()
              mine.opened = true
              clock.clearTimeout(introduction)
              introduction = setTimer(clock, INTRODUCTION, () => begin(mine))
              sink.open(ms)
            }),
          heard() {
            const now = clock.now()
            if (now - awake > ABSENT && !held) verify()
            awake = now
            heardAt = now
            on(sink.heard)
          },
          id: (id) => take(mine, ['id', id]),
          event(...event) {
            const [type, data, id, topic] = event
            const frame = read(['event', type, data, id, topic])
            if (frame) take(mine, frame)
            on(() => begin(mine))
          },
          retry: (ms) => take(mine, ['retry', ms]),
          beat: () => take(mine, ['beat']),
          oversized: () => take(mine, ['oversized']),
          end: (reason) =>
            on(() => {
              flush()
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
      awake = clock.now()
      if (message.kind === 'bye') {
        others.delete(message.from)
        watches.get(message.from)?.()
        watches.delete(message.from)
        retell()
      }
      if (message.kind === 'probe') tell()
      if (message.kind !== 'hello') return
      const { from, nudge } = message
      others.set(from, message)
      if (!watches.has(from)) {
        const gone = (): void => self.hear({ kind: 'bye', from })
        watches.set(
          from,
          holdLock(locks, `${tab.name}:${from}`, false, gone, () => {}),
        )
      }
      counted?.()
      const { status } = host.state.get()
      if (nudge && (status === 'waiting' || (isLive() && clock.now() - heardAt > DOUBTFUL))) return tab.renew()
      for (const name of message.names) tab.try?.line?.listen?.(name)
      retell()
      if (isLive()) welcome(message)
      else if (message.to !== term) tell()
      look()
    },
    resign() {
      flush()
      resigned = true
      unlook()
      clock.clearTimeout(unseen)
      clock.clearTimeout(introduction)
      for (const release of watches.values()) release()
      counted?.()
    },
  }
  look()
  return self
}
