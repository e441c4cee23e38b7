import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * The streams as Node has them: responses that are being written to. The faults need this list, since they break streams without
 * the hub's knowledge.
 */

export interface Streams {
  add(request: IncomingMessage, response: ServerResponse): void
  /** How many streams of headwater are open in the shop's pages, stalled ones included. @param group - Of these tabs alone. */
  count(group: string | null): number
  /** Breaks every connection. */
  drop(): void
  /** Keeps every connection open and lets nothing through any more, as a router does that has lost its state. */
  stall(): void
}

export function createStreams(): Streams {
  /** With the group of tabs that each is for, as the page says. Other clients say nothing. */
  const open = new Map<ServerResponse, string | string[] | undefined>()

  return {
    add({ headers }, response) {
      open.set(response, headers['x-tabs'])
      response.on('close', () => open.delete(response))
    },
    count: (group) => [...open.values()].filter((each) => each !== undefined && each === (group ?? each)).length,
    drop() {
      for (const response of open.keys()) response.destroy()
    },
    stall() {
      // The hub believes that its writes succeed, as with a dead connection until TCP gives up.
      for (const response of open.keys()) Object.assign(response, { write: () => true, end: () => response })
    },
  }
}
