import type { JobProgress } from '../shared/events.ts'
import type { Stream } from './client.ts'
import { byId, make, setText } from './dom.ts'

const KEPT = 3

/** The last jobs, newest first, each with its bar. */
export function showJobs(sse: Stream): void {
  const list = byId('jobs', HTMLElement)
  const items = new Map<string, HTMLLIElement>()

  function create(id: string, name: string): HTMLLIElement {
    const item = make('li', 'job')
    const bar = make('progress')
    bar.max = 100
    bar.setAttribute('aria-label', name)
    item.append(make('span', 'name', name), make('span', 'stage'), bar)
    items.set(id, item)
    list.prepend(item)
    list.querySelector(':scope > .none')?.remove()
    for (const [oldest, old] of items) {
      if (items.size <= KEPT) break
      items.delete(oldest)
      old.remove()
    }
    return item
  }

  sse.subscribe('job.progress', (job) => fill(items.get(job.jobId) ?? create(job.jobId, job.data.name), job))
}

function fill(item: HTMLLIElement, { status, data }: JobProgress): void {
  item.dataset.status = status
  const bar = item.querySelector('progress')
  const stage = item.querySelector('.stage')
  if (bar) bar.value = data.percent
  if (stage) setText(stage, status === 'started' ? `${data.percent} %` : status)
}
