import type { Stream } from './client.ts'
import { byId, make } from './dom.ts'
import { time } from './format.ts'

const KEPT = 4

/** The last notifications, newest first. */
export function showNotices(sse: Stream): void {
  const list = byId('notices', HTMLElement)
  sse.subscribe('notification', ({ message, level, ts }) => {
    const item = make('li', 'notice')
    item.dataset.level = level
    item.append(make('span', 'message', message), make('span', 'level', level), make('time', '', time(ts)))
    list.prepend(item)
    list.querySelector(':scope > .none')?.remove()
    while (list.children.length > KEPT) list.lastElementChild?.remove()
  })
}
