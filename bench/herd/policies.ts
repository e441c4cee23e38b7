import { backoff, RETRY } from '../../src/decisions/retry.ts'

/*
 * When clients come back after a failure. headwater's is the function that the client itself uses; the others are written from the
 * documents and sources of their authors.
 */

/** A client's view of an attempt that opened nothing: no response at all, or a response with a status that is not 200. */
export type Failure = 'network' | 'status'

export interface Policy {
  readonly name: string
  /**
   * @param failures - In a row, this one included. 1 is the break itself.
   * @returns Milliseconds until the next attempt. null: the client never tries again.
   */
  wait(failures: number, failure: Failure, random: () => number): number | null
}

/** The same for every client and every failure. */
const fixed = (ms: number) => (): number => ms

export const headwater: Policy = {
  name: 'headwater',
  wait: (failures, _, random) => backoff(failures, undefined, RETRY, random(), false),
}

export const POLICIES: readonly Policy[] = [
  headwater,
  { name: '1 s × 2, at most 30 s, no jitter', wait: (failures) => Math.min(1000 * 2 ** (failures - 1), 30_000) },
  { name: 'every 3 s', wait: fixed(3000) },
  // Its DefaultRetryInterval. A status is a failure like any other if the application gives no `onopen`.
  { name: 'fetch-event-source', wait: fixed(1000) },
  // Chromium waits for 3 s. A status other than 200 ends the connection for good (HTML 9.2.3).
  { name: 'native EventSource', wait: (_, failure) => (failure === 'status' ? null : 3000) },
]

/** Clients of a hub with the option `retry`. It sends each client a time from `ms` to twice that. */
export const withRetry = (ms: number): Policy => ({
  name: `headwater, the hub has retry: ${ms.toLocaleString('en')}`,
  wait: (failures, _, random) => backoff(failures, ms * (1 + random()), RETRY, random(), false),
})

/** Clients of a hub that closes with `drain`. It asks each to leave at a time of its own, and that first attempt is no retry. */
export const withDrain = (ms: number): Policy => ({
  name: `headwater, hub.close({ drain: ${ms.toLocaleString('en')} })`,
  wait: (failures, failure, random) =>
    failures === 1 ? random() * (ms - 1000) : headwater.wait(failures - 1, failure, random),
})
