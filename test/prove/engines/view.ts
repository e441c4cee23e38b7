import type { HubClient } from 'headwater/hub'

/*
 * What each adapter shows.
 */

/** Shows it in an element. @returns Takes it away again. */
export type Mount = (client: HubClient<Record<string, number>>, place: HTMLElement) => () => void

/** The last number, how many there were, and whether the client is connected. */
export const viewOf = (last: unknown, count: unknown, isConnected: unknown): string =>
  `last ${last}, ${count} in all, ${isConnected ? 'live' : 'away'}`
