import type { Store } from 'headwater'
import type { StreamCount } from '../../shared/events.ts'
import { byId, setText } from '../dom.ts'
import { count } from '../format.ts'
import type { Replica } from '../replica.ts'
import type { Tabs } from '../tabs.ts'
import { everyTick } from '../tick.ts'
import { describeOpen } from './shared.ts'

/*
 * Whether the three panels show the same, and over how many streams. The text on the page is compared, as a reader
 * sees it, and not the values behind it.
 */

/** After a gap the page's table is loaded afresh, and the panels follow with the next event. */
const CATCH_UP_MAX = 1500

/** @param streams - How many the server counts for this page and the tabs that it shares with. */
export function showAgreement(replica: Replica, tabs: Tabs, streams: Store<StreamCount | undefined>): void {
  const panels = ['vanilla', 'react', 'vue'].map((id) => byId(id, HTMLElement))
  const agreement = byId('agreement', HTMLElement)
  const streamsLine = byId('streams', HTMLElement)
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

  function drawStreams(): void {
    const open = streams.get()?.streams
    const others = tabs.get().sharing.length - 1
    const sharers = others > 0 ? ` and ${count(others, 'other tab')}` : ''
    // There is one, if the connection is open: at the last process, which has been told to stop.
    streamsLine.dataset.result = !open ? 'pending' : open === 1 ? 'ok' : 'lost'
    if (open === undefined) setText(streamsLine, 'Streams are counted when the connection is back.')
    else if (open === 0)
      setText(streamsLine, 'A new process has taken over; this page’s stream is still at the last one.')
    else setText(streamsLine, `The server counts ${count(open, 'open stream')} for all of this page${sharers}.`)
  }

  streams.subscribe(drawStreams)
  tabs.subscribe(drawStreams)
  everyTick(compare)
}

/** All that a panel shows, the length of its bar included. */
const textOf = (panel: HTMLElement): string => `${panel.textContent} ${panel.querySelector('progress')?.value}`
