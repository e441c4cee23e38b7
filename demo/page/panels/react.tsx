import { useSSE, useSSEValue } from 'headwater/react'
import { type ReactElement, type ReactNode, StrictMode, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { byId } from '../dom.ts'
import { describeConnection, describeJob, describeOpen, type Shared } from './shared.ts'

/*
 * With React: hooks give values, and React renders the component again when one of them changes.
 */

// #region panel
function Panel({ sse, orders, notices, read }: Shared): ReactElement {
  const { isConnected, isConnecting } = useSSE(sse)
  const { table } = useSSEValue(sse, 'order.*', orders)
  const count = useSSEValue(sse, 'notification', notices)
  const job = useSSEValue(sse, 'job.progress', null)
  const seen = useSyncExternalStore(read.subscribe, read.get)
  const connection = describeConnection(isConnected, isConnecting)

  return (
    <dl>
      <Row name="Connection">
        <span className="connection" data-state={connection}>
          {connection}
        </span>
      </Row>
      <Row name="Open orders">
        <span className="open">{describeOpen(table)}</span>
      </Row>
      <Row name="Unread">
        <span className="unread">{count - seen}</span>
        <button type="button" onClick={() => read.set(count)}>
          Mark read
        </button>
      </Row>
      <Row name="Job">
        <span className="job-name">{describeJob(job)}</span>
        <progress max={100} value={job?.data.percent ?? 0} aria-label="Progress" />
      </Row>
    </dl>
  )
}
// #endregion

const Row = ({ name, children }: { readonly name: string; readonly children?: ReactNode }): ReactElement => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** @returns Removes it. */
export function showReact(shared: Shared): () => void {
  const root = createRoot(byId('react', HTMLElement))
  // Effects included: a value that begins with a table must receive every event that comes after it.
  flushSync(() =>
    root.render(
      <StrictMode>
        <Panel {...shared} />
      </StrictMode>,
    ),
  )
  return () => root.unmount()
}
