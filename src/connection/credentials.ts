import { requestError, type SSEError } from '../base/errors.ts'

/**
 * Asks for fresh credentials, once for all who wait: calls in the meantime get the same promise. It rejects with
 * `unauthorized`.
 * @returns A function that asks, given the reason. Without a reason it returns the promise that is under way, if any.
 */
export function createRefresh(
  onUnauthorized: (error: SSEError) => unknown,
): (error?: SSEError) => Promise<unknown> | undefined {
  let refreshing: Promise<unknown> | undefined
  return (error) => {
    refreshing ??=
      error &&
      Promise.resolve(error)
        .then(onUnauthorized)
        .catch((cause) => {
          // The default throws what it is given: there is nothing to add.
          if (cause === error) throw cause
          throw requestError('onUnauthorized', 'unauthorized', cause, { cause, status: 401 })
        })
        .finally(() => {
          refreshing = undefined
        })
    return refreshing
  }
}
