import { countStreams, type Stream } from '../client.ts'
import { byId, setText } from '../dom.ts'
import { count } from '../format.ts'
import type { Replica } from '../replica.ts'
import { describeOpen } from './shared.ts'

/*
 * Whether the three panels show the same, and over how many streams. What is compared is what a reader sees: the text
 * on the page, not the values behind it.
 */

const COMPARE_EVERY = 250
/** After a gap the page's table is loaded afresh, and the panels follow with the next event. */
const CATCH_UP_MAX = 1500
/** Streams are counted whenever one opens, and now and then: one too many would come unasked. */
const COUNT_EVERY = 3000

export function showAgreement(sse: Stream, replica: Replica): void {
  const panels = ['vanilla', 'react', 'vue'].map((id) => byId(id, HTMLElement))
  const agreement = byId('agreement', HTMLElement)
  const streams = byId('streams', HTMLElement)
  let agreedAt = Date.now()

  function compare(): void {
    const [first, ...others] = panels.map(textOf)
    const same = others.every((other) => other === first)
    const open = describeOpen(replica.orders)
    const right = same && panels.every((panel) => panel.querySelector('.open')?.textContent === open)
    if (right) agreedAt = Date.now()
    else if (Date.now() - agreedAt < CATCH_UP_MAX) return
    agreement.dataset.result = right ? 'ok' : 'lost'
    if (right) setText(agreement, 'All three show the same, and so does the table of orders.')
    else setText(agreement, `They do not show the same${same ? ' as the table of orders' : ''}.`)
  }

  async function recount(): Promise<void> {
    if (sse.state.get().status !== 'open') return
    // A server that has just been broken has nothing to say; it is asked again.
    const open = await countStreams().catch(() => undefined)
    if (open === undefined || sse.state.get().status !== 'open') return
    // There is one, or this would not be open: at the last process, which has been told to stop.
    streams.dataset.result = open === 0 ? 'pending' : open === 1 ? 'ok' : 'lost'
    if (open === 0) setText(streams, 'A new process has taken over; this page’s stream is still at the last one.')
    else setText(streams, `The server counts ${count(open, 'open stream')} for all of this page.`)
  }

  sse.observe({
    onOpen: () => void recount(),
    onState({ status }) {
      if (status === 'open') return
      streams.dataset.result = 'pending'
      setText(streams, 'Streams are counted when the connection is back.')
    },
  })
  setInterval(compare, COMPARE_EVERY)
  setInterval(recount, COUNT_EVERY)
}

/** All that a panel shows, the length of its bar included. */
const textOf = (panel: HTMLElement): string => `${panel.textContent} ${panel.querySelector('progress')?.value}`
