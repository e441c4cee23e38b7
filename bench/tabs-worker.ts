import { TYPE } from './events.ts'
import type { Posted } from './tabs-page.ts'

/*
 * The SharedWorker that people write: one stream, and each event to every tab. It cannot tell that a tab has gone.
 */

const ports: MessagePort[] = []
const tell = (message: Posted): void => {
  for (const port of ports) port.postMessage(message)
}

const source = new EventSource('/events')
source.onopen = () => tell({ type: 'open', data: '', lastEventId: '' })
source.addEventListener(TYPE, ({ data, lastEventId }) => tell({ type: TYPE, data, lastEventId }))

// This is not a page, though its types are a page's.
addEventListener('connect', (event) => {
  const [port] = event instanceof MessageEvent ? event.ports : []
  if (!port) return
  ports.push(port)
  if (source.readyState === EventSource.OPEN) port.postMessage({ type: 'open', data: '', lastEventId: '' })
})
