import { monotonic } from '../base/clock.ts'
import { heldLocks } from './locks.ts'
import type { Frame } from './message.ts'
import { type Attempt, deliver, post, type Tab } from './tab.ts'

/*
 * From the leader's connection to all tabs: what it brings is numbered, delivered to this tab's client and posted to the others.
 * A tab that was frozen passes nothing on before it knows that it still leads: it gets what its connection has buffered first,
 * and learns only then that another tab took its lock.
 */

export interface Relay {
  /** Does something, now or once it is known that this tab leads; not if the attempt was left. */
  _act(attempt: Attempt, act: () => void): void
  /** Passes a frame on. */
  _add(attempt: Attempt, frame: Frame): void
  /** Posts the frames that wait for the end of the turn. */
  _flush(): void
  /** The tab runs. */
  _awake(): void
  _end(): void
}

/** A tab that has not run for so long may have lost the lead. */
const ABSENT = 3000

/**
 * @param isHeard - Whether there is another tab to post to.
 * @param deposed - Another tab leads.
 */
export function createRelay(tab: Tab, isHeard: () => boolean, deposed: () => void): Relay {
  const { _clock, _name, _term } = tab
  let pending: Frame[] = []
  /** What waits for the answer of the locks. */
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
    if (holder(_name) !== holder(`${_name}:${tab._id}`)) return deposed()
    for (const act of waiting) act()
  }

  function act(attempt: Attempt, act: () => void): void {
    const run = (): void => (!isOver && tab._attempt === attempt ? act() : undefined)
    if (held) held.push(run)
    else run()
  }

  function flush(): void {
    const list = pending
    pending = []
    if (list.length && isHeard()) post(tab, { kind: 'frames', term: _term, n: tab._at.n - list.length + 1, list })
  }

  return {
    _act: act,
    _add: (attempt, frame) =>
      act(attempt, () => {
        // Not queueMicrotask(): Jest's fake timers hold that back.
        if (!pending.length) Promise.resolve().then(flush)
        pending.push(frame)
        deliver(tab, attempt, { term: _term, n: tab._at.n + 1, frame })
      }),
    _flush: flush,
    _awake() {
      const now = monotonic(_clock)
      if (now - awakeAt > ABSENT && !held) verify()
      awakeAt = now
    },
    _end() {
      flush()
      isOver = true
    },
  }
}
