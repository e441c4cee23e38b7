import { useSSE, useSSEValue } from 'headwater/react'
import { createElement as h, type ReactElement, type ReactNode, StrictMode, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { byId } from '../dom.ts'
import { describeConnection, describeJob, describeOpen, type Shared } from './shared.ts'

/*
 * With React: hooks give values, and the component is called again when one changes.
 */

function Panel({ sse, orders, notices, read }: Shared): ReactElement {
  const { isConnected, isConnecting } = useSSE(sse)
  const { table } = useSSEValue(sse, 'order.*', orders)
  const count = useSSEValue(sse, 'notification', notices)
  const seen = useSyncExternalStore(read.subscribe, read.get)
  const job = useSSEValue(sse, 'job.progress', null)
  const connection = describeConnection(isConnected, isConnecting)

  return h(
    'dl',
    null,
    h(Row, { name: 'Connection' }, h('span', { className: 'connection', 'data-state': connection }, connection)),
    h(Row, { name: 'Open orders' }, h('span', { className: 'open' }, describeOpen(table))),
    h(
      Row,
      { name: 'Unread' },
      h('span', { className: 'unread' }, count - seen),
      h('button', { type: 'button', onClick: () => read.set(count) }, 'Mark read'),
    ),
    h(
      Row,
      { name: 'Job' },
      h('span', { className: 'job-name' }, describeJob(job)),
      h('progress', { max: 100, value: job?.data.percent ?? 0, 'aria-label': 'Progress' }),
    ),
  )
}

const Row = ({ name, children }: { readonly name: string; readonly children?: ReactNode }): ReactElement =>
  h('div', null, h('dt', null, name), h('dd', null, children))

/** @returns Takes it away again. */
export function showReact(shared: Shared): () => void {
  const root = createRoot(byId('react', HTMLElement))
  // At once, effects and all: a reduction that begins with a table must hear every event that comes after it.
  flushSync(() => root.render(h(StrictMode, null, h(Panel, shared))))
  return () => root.unmount()
}
