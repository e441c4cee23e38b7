import { createHubClient } from 'headwater/hub'

/*
 * The application under test: a list of orders that grows as they come. It knows nothing of mocks.
 */

interface Events {
  'order.created': { id: string; total: number }
}

const LINE = {
  idle: 'connecting',
  connecting: 'connecting',
  open: 'live',
  waiting: 'reconnecting',
  paused: 'paused',
  closed: 'closed',
} as const

const [line, hint, orders] = ['line', 'hint', 'orders'].map((id) => document.getElementById(id))

const sse = createHubClient<Events>('/api/orders')
sse.subscribe('order.created', ({ id, total }) => {
  const item = document.createElement('li')
  item.textContent = `${id}: ${total}`
  orders?.append(item)
})
sse.observe({ onGap: () => hint?.removeAttribute('hidden') })
sse.state.subscribe(({ status }) => line?.replaceChildren(LINE[status]))
