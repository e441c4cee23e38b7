import { soon } from '../clock.ts'
import type { Frame } from './message.ts'
import { hand, type Tab, type Try } from './tab.ts'

/*
 * From the leader's line to all tabs: what it brings is numbered, handed to this tab's client and posted to the others. A tab
 * that was away passes nothing on before it knows that it still leads: frozen pages hear stale frames first, and only then that
 * their lock was taken.
 */

export interface Relay {
  /** Does what the line has led to, now or once it is known that this tab leads; not if the try has been left. */
  act(mine: Try, act: () => void): void
  /** A block with an id has ended. Its event follows at once, if it has one, and brings the id along. */
  id(mine: Try, id: string): void
  take(mine: Try, frame: Frame): void
  /** Posts what waits to be. */
  flush(): void
  /** Something runs. */
  awake(): void
  end(): void
}

/** A tab that has run nothing for so long may have been given up meanwhile. */
const ABSENT = 3000

/**
 * @param isHeard - Whether there is anybody to post to.
 * @param deposed - Another tab leads.
 */
export function createRelay(
  tab: Tab,
  locks: Pick<LockManager, 'query'>,
  isHeard: () => boolean,
  deposed: () => void,
): Relay {
  const { clock, term } = tab
  let pending: Frame[] = []
  let blockId: string | undefined
  /** What waits for the answer. */
  let held: (() => void)[] | undefined
  let awakeAt = clock.now()
  let ended = false

  async function verify(): Promise<void> {
    const waiting: (() => void)[] = []
    held = waiting
    const { held: locked = [] } = await locks.query().catch(() => ({ held: [] }))
    held = undefined
    if (ended) return
    const holder = (name: string): string | undefined => locked.find((each) => each.name === name)?.clientId
    if (holder(tab.name) !== holder(`${tab.name}:${tab.id}`)) return deposed()
    for (const act of waiting) act()
  }

  function flushId(mine: Try): void {
    const id = blockId
    blockId = undefined
    if (id !== undefined) put(mine, ['id', id])
  }

  function put(mine: Try, frame: Frame): void {
    if (!pending.length) soon(self.flush)
    pending.push(frame)
    hand(tab, mine, { term, n: tab.at.n + 1, frame })
  }

  const self: Relay = {
    act(mine, act) {
      const run = (): void => (!ended && tab.try === mine ? act() : undefined)
      if (held) held.push(run)
      else run()
    },
    id: (mine, id) =>
      self.act(mine, () => {
        flushId(mine)
        blockId = id
        if (!pending.length) soon(self.flush)
      }),
    take: (mine, frame) =>
      self.act(mine, () => {
        if (frame[3] !== undefined && frame[3] === blockId) blockId = undefined
        flushId(mine)
        put(mine, frame)
      }),
    flush() {
      if (tab.try && !held) flushId(tab.try)
      const list = pending
      pending = []
      if (list.length && isHeard()) tab.post({ kind: 'frames', term, n: tab.at.n - list.length + 1, list })
    },
    awake() {
      const now = clock.now()
      if (now - awakeAt > ABSENT && !held) verify()
      awakeAt = now
    },
    end() {
      self.flush()
      ended = true
    },
  }
  return self
}
