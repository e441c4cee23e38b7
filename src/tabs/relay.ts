import { monotonic } from '../base/clock.ts'
import type { TransportSink } from '../transports/transport.ts'
import { heldLocks } from './locks.ts'
import type { Frame, Hello } from './message.ts'
import { type Attempt, deliver, post, type Tab } from './tab.ts'

/*
 * From the leader's connection to all tabs: what it brings is numbered, delivered to this tab's client and posted to the others.
 * A tab that was frozen passes nothing on before it knows that it still leads: it gets what its connection has buffered first,
 * and learns only then that another tab took its lock.
 */

export interface Relay {
  /** A sink that acts now, or once it is known that this tab leads; not if the attempt was left. */
  _guard(attempt: Attempt, sink: TransportSink): TransportSink
  /** Passes a frame on. */
  _add(frame: Frame): void
  /** Posts the frames that wait for the end of the turn. */
  _postNow(): void
  _end(): void
}

/** A tab that has not run for so long may have lost the lead. */
const ABSENT = 3000
/** So many frames in one message at most: the other tabs give the main thread back between two messages. */
const FRAMES = 100

/**
 * @param hellos - Those of the other tabs.
 * @param deposed - Another tab leads.
 */
export function createRelay(tab: Tab, hellos: () => readonly Hello[], deposed: () => void): Relay {
  const { _clock, _name, _term } = tab
  let pending: Frame[] = []
  /** Callbacks that wait for the answer of the locks. */
  let held: (() => void)[] | undefined
  let awakeAt = monotonic(_clock)
  let isOver = false

  async function verify(): Promise<void> {
    held = []
    const locked = await heldLocks(tab)
    const waiting = held
    held = undefined
    if (isOver) return
    const holder = (name: string): string | undefined => locked?.find((each) => each.name === name)?.clientId
    if (holder(_name) !== holder(`${_name}:${tab._tabId}`)) return deposed()
    for (const act of waiting) act()
  }

  function awake(): void {
    const now = monotonic(_clock)
    if (now - awakeAt > ABSENT && !held) verify()
    awakeAt = now
  }

  function flush(): void {
    const list = pending
    pending = []
    if (list.length && hellos().length) post(tab, { kind: 'frames', term: _term, n: tab._at.n - list.length + 1, list })
  }

  return {
    _guard(attempt, sink) {
      const guarded: Record<string, unknown> = {}
      for (const [name, report] of Object.entries(sink))
        guarded[name] = (argument: unknown): void => {
          const act = (): void => (!isOver && tab._attempt === attempt ? report(argument) : undefined)
          awake()
          if (held) held.push(act)
          else act()
        }
      return guarded as unknown as TransportSink
    },
    _add(frame) {
      // Not queueMicrotask(): Jest's fake timers hold that back.
      if (!pending.length) Promise.resolve().then(flush)
      pending.push(frame)
      deliver(tab, { term: _term, n: tab._at.n + 1, frame })
      if (pending.length === FRAMES) flush()
    },
    _postNow: flush,
    _end() {
      flush()
      isOver = true
    },
  }
}
