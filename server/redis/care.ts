import { createTimer } from '../../src/base/clock.ts'
import type { Store } from './store.ts'
import { clock } from './time.ts'

/** How many entries are looked at in one go. */
const PAGE = 100

/**
 * Deletes events that are too old, by the clock of this process and the time that the publisher has noted. Every process does it, and
 * mostly finds that another has.
 * @param range - The numbers that can be read.
 * @returns Stops it.
 */
export function createCare(
  { maxAge }: { readonly maxAge: number },
  store: Pick<Store, 'range' | 'trim' | 'forget'>,
  range: () => { readonly first: number; readonly head: number },
): () => void {
  const timer = createTimer(clock)
  let isStopped = false

  async function tidy(): Promise<void> {
    const now = clock.now()
    const { first, head } = range()
    let kept = first
    let isYoung = false
    for (let from = first; from <= head && !isYoung; ) {
      const page = await store.range(from, head, PAGE)
      for (const { entry } of page) {
        // One from the future is of a process whose clock is ahead. It says nothing about those behind it.
        isYoung = entry.at >= now - maxAge && entry.at <= now
        if (isYoung) break
        if (entry.at < now) kept = entry.seq + 1
      }
      from = (page.at(-1)?.entry.seq ?? head) + 1
    }
    if (kept > first) await store.trim(kept)
    // A payload is never older than its event. A tenth later, because the clocks of servers differ.
    await store.forget(maxAge * 1.1)
  }

  function watch(): void {
    if (maxAge === Infinity || isStopped) return
    // Work that fails now is done the next time.
    timer(
      maxAge / 8,
      () =>
        void tidy()
          .catch(() => {})
          .finally(watch),
    )
  }
  watch()
  return () => {
    isStopped = true
    timer()
  }
}
