import { setTimer } from '../clock.ts'
import { isBehind } from '../cursor.ts'
import type { Hello, Position } from './message.ts'
import { holdLock } from './platform.ts'
import type { Tab } from './tab.ts'

/*
 * Whom a leader leads: what each tab has said of itself last. A tab that dies says nothing, but lets go of its lock.
 */

export interface Roster {
  /** Every other tab. */
  all(): readonly Hello[]
  heard(hello: Hello): void
  /** Resolves when all tabs that there are have answered to this term; or soon, as a frozen one never does. */
  call(): Promise<void>
  /**
   * Where another tab stands that this one cannot tell what it lacks: the line is to be taken up there, or where this one
   * stands, whichever is further back.
   * @param own - Where that is. Of ids in no order it cannot be told.
   */
  lowest(own: string): Position | undefined
  drop(id: string): void
  end(): void
}

/** For how long tabs may say who they are, to one that begins to lead. */
const ROLL_CALL = 200

/** @param gone - A tab has left, or died. */
export function createRoster(
  tab: Tab,
  locks: Pick<LockManager, 'request' | 'query'>,
  gone: (id: string) => void,
): Roster {
  const { clock, name, term } = tab
  const hellos = new Map<string, Hello>()
  /** Those that wait for a tab's lock: whoever gets it has outlived the tab. */
  const watches = new Map<string, () => void>()
  /** Whether all have answered is looked at, at each hello. */
  let count: (() => void) | undefined
  let ended = false

  return {
    all: () => [...hellos.values()],
    heard(hello) {
      const { from } = hello
      hellos.set(from, hello)
      if (!watches.has(from))
        watches.set(
          from,
          holdLock(
            locks,
            `${name}:${from}`,
            false,
            () => gone(from),
            () => {},
          ),
        )
      count?.()
    },
    async call() {
      const prefix = `${name}:`
      const { held = [] } = await locks.query()
      const ids = held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      await new Promise<void>((resolve) => {
        const timer = setTimer(clock, ROLL_CALL, resolve)
        count = () => {
          if (!ended && ids.some((id) => id !== tab.id && hellos.get(id)?.to !== term)) return
          clock.clearTimeout(timer)
          resolve()
        }
        count()
      })
      count = undefined
    },
    lowest(own) {
      const isComparable = (id: string): boolean => !own || own === id || isBehind(own, id) || isBehind(id, own)
      const lagging = [...hellos.values()].flatMap(({ at }) =>
        at.n && at.cursor && isComparable(at.cursor) && !tab.backlog.after(at) ? [at] : [],
      )
      const latest = Math.max(tab.at.term, ...lagging.map((at) => at.term))
      // One of an earlier leader's has been away for long: it is not worth it to bring all of that to everybody.
      return lagging.filter((at) => at.term === latest).sort((a, b) => a.n - b.n)[0]
    },
    drop(id) {
      hellos.delete(id)
      watches.get(id)?.()
      watches.delete(id)
    },
    end() {
      ended = true
      for (const release of watches.values()) release()
      count?.()
    },
  }
}
