import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * The streams as Node has them: responses that are being written to. The hub has no need of this list; the faults have,
 * which go behind its back.
 */

export interface Streams {
  add(request: IncomingMessage, response: ServerResponse): void
  /** How many are open, stalled ones included; with a group of tabs: of those, its own. */
  count(group: string | null): number
  /** Breaks every connection. */
  drop(): void
  /** Keeps every connection that there is open, and lets nothing through any more, as a router does that has lost track. */
  stall(): void
}

export function createStreams(): Streams {
  /** And which tabs each is for, as they say themselves. */
  const open = new Map<ServerResponse, unknown>()

  return {
    add({ headers }, response) {
      open.set(response, headers['x-tabs'])
      response.on('close', () => open.delete(response))
    },
    count: (group) => (group === null ? open.size : [...open.values()].filter((each) => each === group).length),
    drop() {
      for (const response of open.keys()) response.destroy()
    },
    stall() {
      // The hub is told that all is well, which is what a dead line looks like until TCP gives it up.
      for (const response of open.keys()) Object.assign(response, { write: () => true, end: () => response })
    },
  }
}
