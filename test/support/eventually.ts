import { vi } from 'vitest'

/** Waits for what a busy machine may take long to do. The limit is for what never comes: no machine meets it. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 120_000, interval: 2 })
