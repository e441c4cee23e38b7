import { createTimer } from '../base/clock.ts'
import { heldLocks, holdLock } from './locks.ts'
import type { Hello, Message } from './message.ts'
import type { Tab } from './tab.ts'

/*
 * The tabs that a leader leads, each by its last hello. A tab that dies says nothing, but its lock becomes free.
 */

export interface Roster {
  /** The hellos of all other tabs. */
  _all(): readonly Hello[]
  _add(hello: Message<Hello>): void
  /** Resolves when all tabs that there are have answered to this term; or soon, as a frozen one never does. */
  _call(): Promise<void>
  _end(): void
}

/** How long a new leader waits for the hellos of the others. */
const ROLL_CALL = 200

/** @param gone - A tab has left, or died. */
export function createRoster(tab: Tab, gone: () => void): Roster {
  const { _clock, _name, _term } = tab
  /** To get a tab's lock means that the tab is gone. */
  const known = new Map<string, readonly [hello: Message<Hello>, release: () => void]>()
  /** Looks whether all have answered, during the roll call. */
  let count: ((isOver?: boolean) => void) | undefined

  const all = (): Message<Hello>[] => [...known.values()].map(([hello]) => hello)

  return {
    _all: all,
    _add(hello) {
      const { from } = hello
      const watch = (): (() => void) =>
        holdLock(tab, `:${from}`, () => {
          known.get(from)?.[1]()
          known.delete(from)
          gone()
        })
      known.set(from, [hello, known.get(from)?.[1] ?? watch()])
      count?.()
    },
    async _call() {
      const timer = createTimer(_clock)
      let others = Infinity
      const answered = new Promise<void>((resolve) => {
        timer(ROLL_CALL, resolve)
        count = (isOver) => {
          if (isOver || all().filter(({ term }) => term === _term).length >= others) resolve()
        }
      })
      const held = await heldLocks(tab)
      // One of them is its own.
      if (held) others = held.filter(({ name }) => name?.startsWith(`${_name}:`)).length - 1
      count?.()
      await answered
      timer()
      count = undefined
    },
    _end() {
      for (const [, release] of known.values()) release()
      count?.(true)
    },
  }
}
