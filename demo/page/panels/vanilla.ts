import { createStatusStore, createValueStore } from 'headwater/store'
import type { Events, JobProgress } from '../../shared/events.ts'
import { byId, make, setText } from '../dom.ts'
import { describeConnection, describeJob, describeOpen, type Shared } from './shared.ts'

/*
 * Without a framework: subscribe to a store, and write each value to the page.
 */

export function showVanilla({ sse, orders, notices, read }: Shared): void {
  const connection = make('span', 'connection')
  const open = make('span', 'open')
  const unread = make('span', 'unread')
  const job = make('span', 'job-name')
  const bar = make('progress')
  const markRead = make('button', '', 'Mark read')

  // #region panel
  createStatusStore(sse).subscribe(({ isConnected, isConnecting }) => {
    const text = describeConnection(isConnected, isConnecting)
    connection.dataset.state = text
    setText(connection, text)
  })

  createValueStore(sse, 'order.*', orders).subscribe(({ table }) => setText(open, describeOpen(table)))

  const count = createValueStore(sse, 'notification', notices)
  const drawUnread = (): void => setText(unread, `${count.get() - read.get()}`)
  count.subscribe(drawUnread)
  read.subscribe(drawUnread)
  markRead.type = 'button'
  markRead.addEventListener('click', () => read.set(count.get()))

  bar.max = 100
  bar.setAttribute('aria-label', 'Progress')
  const newest = createValueStore<Events, 'job.progress', JobProgress | null>(sse, 'job.progress', { initial: null })
  newest.subscribe((progress) => {
    bar.value = progress?.data.percent ?? 0
    setText(job, describeJob(progress))
  })
  // #endregion

  const list = make('dl')
  list.append(
    row('Connection', connection),
    row('Open orders', open),
    row('Unread', unread, markRead),
    row('Job', job, bar),
  )
  byId('vanilla', HTMLElement).append(list)
}

function row(name: string, ...content: HTMLElement[]): HTMLElement {
  const element = make('div')
  const value = make('dd')
  value.append(...content)
  element.append(make('dt', '', name), value)
  return element
}
