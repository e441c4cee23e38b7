/*
 * What a soak does again and again, in Node and in a page alike.
 */

/** Something that an application does for weeks, in a few minutes. */
export interface Load {
  /** Does so many more operations. Resolves when nothing of them goes on. Rejects for an event that was lost or came twice. */
  run(operations: number): Promise<void>
  /** What is held now, by name. None of it may grow. */
  held?(): Readonly<Record<string, number>>
  /** Their listeners are counted. */
  readonly targets?: readonly EventTarget[]
  close(): unknown
}

/** @param origin - Of the server of this soak. */
export type StartLoad = (origin: string) => Load

/** Does something so many times, a few at a time. */
export async function repeat(times: number, atOnce: number, act: () => Promise<void>): Promise<void> {
  let left = times
  const work = async (): Promise<void> => {
    while (left-- > 0) await act()
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** How far something has come that cannot be awaited itself. */
export interface Progress {
  readonly count: number
  add(): void
  /** Whoever waits now or later gets this error. */
  fail(error: Error): void
  /** Resolves once the count is so high. One at a time may wait. */
  reach(count: number): Promise<void>
}

export function createProgress(): Progress {
  let count = 0
  let failure: Error | undefined
  let look = (): void => {}
  return {
    get count() {
      return count
    },
    add() {
      count++
      look()
    },
    fail(error) {
      failure ??= error
      look()
    },
    reach: (wanted) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (failure) reject(failure)
          else if (count >= wanted) resolve()
        }
        look()
      }),
  }
}

type Add = (...args: never[]) => () => void

/** What of a client counts. */
interface Watched {
  readonly subscribe: Add
  readonly keepOpen: Add
  readonly observe: Add
  readonly state: { readonly subscribe: Add }
}

/** Counts what is subscribed to a client, as only the client itself could. @returns A client to use in its place. */
export function watch<C extends Watched>(sse: C): { readonly sse: C; readonly held: () => number } {
  let held = 0
  const counted =
    (add: Add): Add =>
    (...args) => {
      const off = add(...args)
      let isOver = false
      held++
      return () => {
        if (!isOver) held--
        isOver = true
        off()
      }
    }
  const own: Watched = {
    subscribe: counted(sse.subscribe),
    keepOpen: counted(sse.keepOpen),
    observe: counted(sse.observe),
    state: { ...sse.state, subscribe: counted(sse.state.subscribe) },
  }
  return { sse: Object.assign(Object.create(sse), own), held: () => held }
}
