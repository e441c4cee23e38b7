import type { HubClient } from '../../src/hub/index.ts'
import { isSSEError, type SSEClient } from '../../src/index.ts'

/*
 * What every case is judged by.
 */

/** The client under attack. Only that of a hub can send and join. */
export type Client = SSEClient & Partial<Pick<HubClient, 'send' | 'topic'>>

/** What the honest server sends. */
export const HONEST = ['honest 1', 'honest 2', 'honest 3']

const CODES: ReadonlySet<string> = new Set([
  ...['network', 'http', 'content-type', 'timeout', 'stalled', 'too-large', 'unauthorized', 'gave-up', 'options'],
])

/** Whether an error is one that the documents promise. */
export const isPromised = (error: unknown): boolean => isSSEError(error) && CODES.has(error.code)

/** A case that is over, but whose client is still there. */
export interface Survivor {
  /** Closes the client, and checks what holds after that. */
  close(): Promise<void>
}

/** An error as one line, with where it comes from. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.stack}`.split('\n').slice(0, 4).join(' ') : `${error}`
