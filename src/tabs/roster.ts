import { createTimer } from '../base/clock.ts'
import { heldLocks, holdLock } from './locks.ts'
import type { Hello } from './message.ts'
import type { Tab } from './tab.ts'

/*
 * The tabs that a leader leads, each by its last hello. A tab that dies says nothing, but its lock becomes free.
 */

export interface Roster {
  /** The hellos of all other tabs. */
  _all(): readonly Hello[]
  _add(hello: Hello): void
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
  const known = new Map<string, { _hello: Hello; readonly _release: () => void }>()
  /** Looks whether all have answered, during the roll call. */
  let count: ((isOver?: boolean) => void) | undefined

  const all = (): Hello[] => [...known.values()].map(({ _hello }) => _hello)

  function watch(id: string): () => void {
    return holdLock(tab, `:${id}`, () => {
      known.get(id)?._release()
      known.delete(id)
      gone()
    })
  }

  return {
    _all: all,
    _add(hello) {
      const { from } = hello
      known.set(from, { _hello: hello, _release: known.get(from)?._release ?? watch(from) })
      count?.()
    },
    async _call() {
      const timer = createTimer(_clock)
      const prefix = `${_name}:`
      let ids: readonly string[] | undefined
      const answered = new Promise<void>((resolve) => {
        timer(ROLL_CALL, resolve)
        count = (isOver) => {
          if (isOver || ids?.every((id) => id === tab._id || known.get(id)?._hello.to === _term)) resolve()
        }
      })
      const held = await heldLocks(tab)
      ids = held?.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      count?.()
      await answered
      timer()
      count = undefined
    },
    _end() {
      for (const { _release } of known.values()) _release()
      count?.(true)
    },
  }
}
