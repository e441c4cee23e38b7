/**
 * Why work is not accepted. `full`: as much waits as may wait, so answer 503 and let the sender come back. `closed`: the queue
 * has been closed.
 */
export type WorkErrorCode = 'full' | 'closed'

/** Thrown by `createEffects` and `createJobs` for work that they do not accept. Branch on {@link WorkError.code}. */
export class WorkError extends Error {
  declare readonly name: 'WorkError'
  declare readonly code: WorkErrorCode

  constructor(code: WorkErrorCode, message: string) {
    super(message)
    Object.assign(this, { name: 'WorkError', code })
  }
}
