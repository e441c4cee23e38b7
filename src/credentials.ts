import type { SSEError } from './errors.ts'
import type { SSEOptions } from './options.ts'
import { failure } from './transports/response.ts'

/** Fresh credentials, asked for once for all tries that wait for them. */
export interface Credentials {
  /** To be waited for ahead of a try; rejects with `unauthorized` if there are none to be had. Undefined: nothing to wait for. */
  readonly refreshing: Promise<unknown> | undefined
  /** @param error - Why: what the server at `url` said. */
  refresh(error: SSEError, url: string | undefined): void
}

export function createCredentials(onUnauthorized: NonNullable<SSEOptions['onUnauthorized']>): Credentials {
  let refreshing: Promise<unknown> | undefined
  return {
    get refreshing() {
      return refreshing
    },
    refresh(error, url) {
      refreshing ??= Promise.resolve(error)
        .then(onUnauthorized)
        .catch((cause) => {
          throw failure(url, 'unauthorized', `${cause}`, { cause, status: 401 })
        })
        .finally(() => {
          refreshing = undefined
        })
    },
  }
}
