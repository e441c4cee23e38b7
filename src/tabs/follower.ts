import { setTimer } from '../clock.ts'
import { SSEError } from '../errors.ts'
import { readControl } from '../protocol.ts'
import { type Message, revive, type Welcome } from './message.ts'
import { holdLock } from './platform.ts'
import { hand, joined, NOWHERE, type Tab, type Try } from './tab.ts'

/*
 * A tab that hears the one line through another: it says who it is, hands on what it is told, stands where the leader's client
 * stands, and notices when the leader is not there any more.
 */

export interface Follower {
  /** Until when the leader's client was to wait, as of the last that it said; 0 if it was not. */
  readonly waited: number
  /** Joins the leader's stream, for a try of the client's. */
  follow(mine: Try, nudge: number | undefined): void
  /** The leader speaks. */
  hear(message: Message): void
  /** Says again what this tab wants. */
  hello(): void
  stop(): void
}

/** A leader that nothing has been heard of for so long is asked whether it is there; */
const SILENT = 15_000
/** and asked again, twice, this often. */
const PROBE = 3000
const PROBES = 2

/**
 * @param suspect - The leader does not answer.
 */
export function createFollower(tab: Tab, locks: Pick<LockManager, 'request'>, suspect: () => void): Follower {
  const { host, clock, platform } = tab
  let heardAt = clock.now()
  let unanswered = 0
  /** Of the last hello. */
  let ask = 0
  let timer: unknown
  /** Leaves the queue for the one line on which tabs that lag behind catch up, or that line. */
  let leave: (() => void) | undefined

  function hello(nudge?: number): void {
    const mine = tab.try
    if (!mine || !tab.isHere) return
    const { id: from, term: to, at } = tab
    const names = [...mine.names]
    const visible = platform.isVisible()
    tab.post({ kind: 'hello', from, to, ask: ++ask, at, topics: mine.topics, names, visible, nudge })
  }

  /** Nobody looks at a hidden tab, and its timers lie: it waits for one that is seen to notice. */
  function watch(): void {
    clock.clearTimeout(timer)
    const limit = (): number => (tab.try?.synced ? SILENT : PROBE)
    // A clock that was set back must not make the leader immortal.
    heardAt = Math.min(heardAt, clock.now())
    const quiet = heardAt + limit()
    const due = unanswered || quiet <= clock.now() ? clock.now() + PROBE : quiet
    timer = setTimer(clock, due - clock.now(), () => {
      const now = clock.now()
      const isSilent = now - heardAt >= limit()
      // One that has slept has heard nothing, whoever was there.
      if (!isSilent || !platform.isVisible() || now - due > PROBE || host.state.get().status === 'waiting')
        unanswered = 0
      else if (unanswered++ < PROBES) tab.post({ kind: 'probe' })
      else {
        unanswered = 0
        suspect()
      }
      watch()
    })
  }

  function open(mine: Try, { heartbeatMs, intro, cursor }: Welcome): void {
    mine.opened = true
    mine.sink.open(heartbeatMs)
    if (intro && tab.try === mine) mine.sink.event('connected', intro, undefined)
    if (!mine.request.lastEventId && cursor && tab.try === mine) mine.sink.id(cursor)
  }

  function begin(mine: Try, welcome: Welcome): void {
    const { term, n, entries, intro, cursor } = welcome
    if (!entries)
      return intro
        ? catchUp(mine)
        : mine.sink.end(new SSEError('http', 'the tabs have gone on too far', { status: 409 }))
    mine.synced = true
    if (!mine.opened) open(mine, welcome)
    else mine.sink.heard()
    // What it lacks may have been numbered by an earlier leader: after it, all are at one.
    for (const entry of entries) {
      if (tab.try !== mine) return
      if (entries[0] === entry) tab.at = { ...tab.at, term: entry.term, n: entry.n - 1 }
      hand(tab, mine, entry)
    }
    if (tab.try === mine) tab.at = { term, n, cursor: tab.at.cursor || cursor }
  }

  /** Asks the server for what the leader has forgotten, on a line of its own. One tab at a time does. */
  function catchUp(mine: Try): void {
    if (leave) return
    const release = holdLock(locks, `${tab.name}|late`, false, run, () => {})
    let isOver = false
    leave = () => {
      isOver = true
      leave = undefined
      mine.line?.close()
      mine.line = undefined
      release()
    }
    function run(): void {
      try {
        connect()
      } catch (error) {
        mine.sink.end(error)
      }
    }
    function connect(): void {
      const { sink } = mine
      const on =
        <A extends unknown[]>(report: (...args: A) => void) =>
        (...args: A): void => {
          if (!isOver) report(...args)
        }
      const line = tab.inner.connect(mine.request, {
        ...sink,
        open: on((ms) => {
          if (!mine.opened) sink.open(ms)
          mine.opened = true
        }),
        id: on((id) => {
          tab.at = { ...NOWHERE, cursor: id }
          sink.id(id)
        }),
        event: on((type, data, id, topic) => {
          sink.event(type, data, id, topic)
          // All that had been missed has come: from here the others' line goes on.
          if (type !== 'live') return
          leave?.()
          hello()
        }),
        heard: on(sink.heard),
        beat: on(sink.beat),
        retry: on(sink.retry),
        oversized: on(sink.oversized),
        end: on(sink.end),
      })
      if (isOver) line.close()
      else mine.line = line
    }
  }

  /** Stands where the leader's client stands. */
  function mirror(message: Message & { readonly kind: 'state' }): void {
    const { state } = message
    const mine = tab.try
    self.waited = 0
    const current = host.state.get()
    if (state.status === 'waiting') {
      self.waited = state.until
      if (current.status === 'waiting' && current.until === state.until) return
      leave?.()
      host.send('lost', { ...state, error: revive(state.error) })
    } else if (state.status === 'closed') host.send('end', state.error && revive(state.error))
    else if (current.status === 'waiting' || (state.status === 'connecting' && current.status === 'open')) tab.renew()
    else if (state.status === 'open' && mine && !mine.synced) hello()
  }

  const self: Follower & { waited: number } = {
    waited: 0,
    hello: () => hello(),
    follow(mine, nudge) {
      heardAt = clock.now()
      unanswered = 0
      mine.synced = false
      hello(nudge)
      watch()
    },
    hear(message) {
      const mine = tab.try
      heardAt = clock.now()
      unanswered = 0
      if (message.kind === 'state') return mirror(message)
      if (message.kind === 'refused')
        return mine?.request.lastEventId ? mine.sink.end(revive(message.error)) : undefined
      if (!mine || leave) return
      if (message.kind === 'welcome' && message.to === tab.id && message.ask === ask) {
        if (!mine.synced) begin(mine, message)
        else if (message.intro) joined(mine, readControl(message.intro).topics)
      }
      if (message.kind !== 'frames' || !mine.synced) return
      const { term, n, list } = message
      mine.sink.heard()
      for (const [index, frame] of list.entries()) {
        if (tab.try !== mine) return
        if (n + index <= tab.at.n) continue
        if (n + index > tab.at.n + 1) {
          // Something was lost on the way: the leader still has it.
          mine.synced = false
          return hello()
        }
        hand(tab, mine, { term, n: n + index, frame })
      }
    },
    stop() {
      clock.clearTimeout(timer)
      leave?.()
    },
  }
  return self
}
