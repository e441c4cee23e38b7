import { createValueStore } from 'headwater/store'
import { byId, make, setText } from './dom.ts'
import { time } from './format.ts'
import type { Shared } from './panels/shared.ts'

const KEPT = 3

/** The last notifications, newest first, and how many are unread. */
export function showNotices({ sse, notices, read }: Shared): void {
  const list = byId('notices', HTMLElement)
  const unread = byId('unread', HTMLElement)
  const count = createValueStore(sse, 'notification', notices)
  const drawUnread = (): void => setText(unread, `${count.get() - read.get()} unread`)
  count.subscribe(drawUnread)
  read.subscribe(drawUnread)

  sse.subscribe('notification', ({ message, level, timestamp }) => {
    const item = make('li', 'notice')
    item.dataset.level = level
    item.append(make('span', 'message', message), make('span', 'level', level), make('time', '', time(timestamp)))
    list.prepend(item)
    list.querySelector(':scope > .none')?.remove()
    while (list.children.length > KEPT) list.lastElementChild?.remove()
  })
}
