import type { Store } from 'headwater'
import type { StreamCount } from '../shared/events.ts'
import { role, type Stream } from './client.ts'
import { byId, setText } from './dom.ts'
import { count } from './format.ts'
import type { Tabs } from './tabs.ts'
import { describeRoster, describeServer, ROLES } from './words.ts'

/*
 * Shows whether this tab or another one has the connection, and how many tabs share the stream.
 */

const TITLE = document.title
/** A tab that asks for the lead is a follower for a moment. That is not announced. In milliseconds. */
const SETTLED = 700

/** @param streams - How many the server counts for all of these tabs. */
export function showRole(sse: Stream, tabs: Tabs, streams: Store<StreamCount | undefined>): void {
  const words = byId('role', HTMLElement)
  const roster = byId('tabs', HTMLElement)
  const sum = byId('sharing', HTMLElement)
  const announcer = byId('role-announcer', HTMLElement)
  let announcement: ReturnType<typeof setTimeout> | undefined

  function draw(): void {
    const now = tabs.get()
    const { own, sharing, leader } = now
    const open = streams.get()
    setText(roster, describeRoster(now, sse.state.get().status))
    const isCounted = open?.streams && sharing.includes(own)
    setText(
      sum,
      isCounted
        ? `${count(open.streams, 'stream')} at ${describeServer(open)}, for ${count(sharing.length, 'tab')}.`
        : '',
    )
    // To tell them apart in the window's own row of tabs.
    const isOneOfMany = sharing.some((tab) => tab !== own)
    document.title = isOneOfMany ? `Tab ${own}${leader === own ? ' leads' : ''} · ${TITLE}` : TITLE
  }

  role.subscribe((part) => {
    words.dataset.role = part
    setText(words, ROLES[part])
    clearTimeout(announcement)
    announcement = setTimeout(() => setText(announcer, words.textContent), SETTLED)
  })
  tabs.subscribe(draw)
  streams.subscribe(draw)
  sse.observe({ onState: draw })
  // With an opener, so that it is the same visitor: the new tab begins with a copy of this one's session storage.
  byId('open-tab', HTMLButtonElement).addEventListener('click', () => window.open(location.href))
}
