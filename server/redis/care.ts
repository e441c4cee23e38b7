import { createTimer } from '../../src/base/clock.ts'
import type { Store } from './store.ts'
import { clock } from './time.ts'

/** How many entries are looked at in one go. */
const PAGE = 100

/**
 * Deletes events that are too old. Every process does it, and mostly finds that another has.
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
    const before = clock.now() - maxAge
    const { first, head } = range()
    let kept = first
    while (kept <= head) {
      const page = await store.range(kept, head, PAGE)
      const young = page.find(({ entry }) => entry.at >= before)
      kept = young?.entry.seq ?? (page.at(-1)?.entry.seq ?? head) + 1
      if (young) break
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
