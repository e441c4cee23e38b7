import { EVENT_TYPES, type Events, NATIVE_CLIENT, TOPICS } from '../../shared/events.ts'
import { createMark, type Mark } from '../store.ts'
import type { LaneState } from './standing.ts'

/*
 * The browser's own EventSource, on the same stream. There is no code around it, so each reaction to a fault is the browser's.
 */

type Received = (id: string, data: Events[keyof Events]) => void

// #region native
/** @param cursor - The id of the last event that the page has. @param received - Called with each event and its id. */
function openEventSource(cursor: string, token: string, received: Received): EventSource {
  const query = new URLSearchParams({ topics: TOPICS.join(), lastEventId: cursor, token, client: NATIVE_CLIENT })
  // It sends no headers, so the token is part of the address.
  const source = new EventSource(`/api/events?${query}`)
  for (const type of EVENT_TYPES)
    source.addEventListener(type, ({ data, lastEventId }) => received(lastEventId, JSON.parse(data)))
  return source
}
// #endregion

export interface NativeClient {
  readonly state: Mark<LaneState>
  /** Opens a new EventSource, in place of the one that there is. */
  open(cursor: string): Promise<void>
  close(): void
}

/** @param fetchToken - Asks for a token that is valid now. */
export function createNativeClient(fetchToken: () => Promise<string>, received: Received): NativeClient {
  const state = createMark<LaneState>({ status: 'off' })
  let source: EventSource | undefined
  let openings = 0

  function close(): void {
    openings++
    source?.close()
    state.set({ status: 'off' })
  }

  function draw(opened: EventSource): void {
    if (opened !== source) return
    if (opened.readyState === EventSource.OPEN) state.set({ status: 'open', since: Date.now(), attempt: 0 })
    else if (opened.readyState === EventSource.CLOSED) state.set({ status: 'closed', error: null })
    else state.set({ status: 'connecting', attempt: 0 })
  }

  return {
    state,
    async open(cursor) {
      close()
      const opening = openings
      state.set({ status: 'connecting', attempt: 0 })
      const token = await fetchToken()
      // It was closed meanwhile.
      if (opening !== openings) return
      const opened = openEventSource(cursor, token, received)
      source = opened
      opened.addEventListener('open', () => draw(opened))
      opened.addEventListener('error', () => draw(opened))
      draw(opened)
    },
    close,
  }
}
