import type { Store } from 'headwater'
import type { StreamCount } from '../shared/events.ts'
import { countStreams, type Stream } from './client.ts'
import { createMark } from './store.ts'
import type { Tabs } from './tabs.ts'

/*
 * How many streams the server has open for this tab and those that it shares with, by the server's own count.
 */

/** Whenever one opens or a tab comes or goes, and now and then: one too many would come unasked. */
const COUNT_EVERY = 3000
/** When one takes over from another, both are counted for a moment. */
const COUNT_AGAIN = 500

/** @returns Undefined while the connection is not open. */
export function watchStreams(sse: Stream, tabs: Tabs): Store<StreamCount | undefined> {
  const streams = createMark<StreamCount | undefined>(undefined)
  let surplus = false

  async function recount(): Promise<void> {
    if (sse.state.get().status !== 'open') return
    // A server that has just been broken has nothing to say; it is asked again.
    const open = await countStreams().catch(() => undefined)
    if (open === undefined || sse.state.get().status !== 'open') return
    const isNews = open.streams > 1 && !surplus
    surplus = open.streams > 1
    if (isNews) setTimeout(recount, COUNT_AGAIN)
    else if (!isSame(open, streams.get())) streams.set(open)
  }

  sse.observe({
    onOpen: () => void recount(),
    onState({ status }) {
      if (status !== 'open' && streams.get() !== undefined) streams.set(undefined)
    },
  })
  tabs.subscribe(() => void recount())
  setInterval(recount, COUNT_EVERY)
  return streams
}

const isSame = (a: StreamCount, b: StreamCount | undefined): boolean =>
  a.streams === b?.streams && a.process === b.process && a.processes === b.processes
