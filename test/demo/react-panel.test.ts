import { act, fireEvent, screen } from '@testing-library/react'
import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { showReact } from '../../demo/page/panels/react.tsx'
import { createShared } from '../../demo/page/panels/shared.ts'
import { createReplica } from '../../demo/page/replica.ts'
import type { Events, JobProgress, Notice, Order } from '../../demo/shared/events.ts'

const id = (seq: number): string => `epoch000-${seq}`
/** The last event that is in the table which the page has loaded. */
const CURSOR = id(10)

const order = (name: string, total: number): Order => ({
  id: name,
  customer: 'Ada',
  city: 'Cork',
  status: 'placed',
  items: 1,
  total,
  eta: 20,
})
const created = (name: string, total: number): Events['order.created'] => ({
  type: 'order.created',
  id: name,
  order: order(name, total),
  ts: 0,
})
const updated = (name: string, patch: Partial<Order>): Events['order.updated'] => ({
  type: 'order.updated',
  id: name,
  patch,
  ts: 0,
})
const notice: Notice = { message: 'The lift is out of order', level: 'info', priority: 'normal', timestamp: 0 }
const job = (percent: number, status: JobProgress['status'] = 'started'): JobProgress => ({
  type: 'job.progress',
  jobId: 'J-1',
  status,
  timestamp: 0,
  data: { name: 'Export invoices', percent },
})

/** What stands next to this name. */
const row = (name: string): string | null | undefined => screen.getByText(name).nextElementSibling?.textContent
const connection = () => row('Connection')
const orders = () => row('Open orders')
const unread = () => row('Unread')?.replace('Mark read', '')
const bar = () => screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Progress' })
const markRead = () => fireEvent.click(screen.getByRole('button', { name: 'Mark read' }))

function setup() {
  const clock = createClock()
  const stream = createMockStream<Events>({ clock, replay: true })
  const sse = createSSE<Events>('/api/events', { fetch: stream.fetch, clock, lastEventId: CURSOR })
  const replica = createReplica({ cursor: CURSOR, orders: [order('A-1', 1200)] }, async () => 0)
  const shared = createShared(sse, replica)
  const show = (): void => {
    act(() => {
      takeAway = showReact(shared)
    })
  }
  return { clock, stream, sse, replica, shared, show }
}

async function setupConnected() {
  const made = setup()
  made.show()
  await act(() => made.stream.connected())
  return made
}

let takeAway = (): void => {}

function unmount(): void {
  act(() => takeAway())
  takeAway = () => {}
}

beforeEach(() => {
  document.body.innerHTML = '<div id="react"></div>'
  // Testing Library sets it where `beforeAll` is global; else React does not say what was left outside of `act()`.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.spyOn(console, 'error').mockClear()
})
afterEach(() => {
  unmount()
  expect(console.error).not.toHaveBeenCalled()
})

test('is connecting until the server answers, and connected from then on', async () => {
  const { clock, stream, show } = setup()
  stream.script({ open: { delay: 500 } })
  show()
  await act(() => clock.advance(499))
  expect(connection()).toBe('connecting')
  await act(() => clock.advance(1))
  expect(connection()).toBe('connected')
})

test('begins with the table that the page has loaded, and listens from there', async () => {
  const { stream } = await setupConnected()
  expect(orders()).toBe('1, worth €12.00')
  expect(unread()).toBe('0')
  expect(row('Job')).toBe('none yet')
  expect(bar().value).toBe(0)
  expect(stream.requests[0]?.lastEventId).toBe(CURSOR)
})

test('counts an order when it comes, and no more when it is delivered', async () => {
  const { stream } = await setupConnected()
  await act(() => stream.send('order.created', created('A-2', 40_050), { id: id(11) }))
  expect(orders()).toBe('2, worth €412.50')
  await act(() => stream.send('order.updated', updated('A-2', { total: 50 }), { id: id(12) }))
  expect(orders()).toBe('2, worth €12.50')
  await act(() => stream.send('order.updated', updated('A-1', { status: 'delivered' }), { id: id(13) }))
  expect(orders()).toBe('1, worth €0.50')
})

test('does not apply what is in the table already', async () => {
  const { stream } = await setupConnected()
  await act(() => stream.send('order.updated', updated('A-1', { total: 1 }), { id: id(9) }))
  expect(orders()).toBe('1, worth €12.00')
})

test('goes on from a table that the page has loaded afresh', async () => {
  const { stream, replica } = await setupConnected()
  await act(() => stream.send('order.created', created('A-2', 300), { id: id(11) }))
  await replica.reload(async () => ({ cursor: id(20), orders: [order('B-1', 500)] }))
  await act(() => stream.send('order.created', created('B-2', 25), { id: id(21) }))
  expect(orders()).toBe('2, worth €5.25')
})

test('counts what is unread until it is marked read', async () => {
  const { stream } = await setupConnected()
  await act(() => stream.send('notification', notice, { id: id(11) }))
  await act(() => stream.send('notification', notice, { id: id(12) }))
  expect(unread()).toBe('2')
  markRead()
  expect(unread()).toBe('0')
  await act(() => stream.send('notification', notice, { id: id(13) }))
  expect(unread()).toBe('1')
})

test('has read what is marked read in another panel, and says so to the others', async () => {
  const { stream, shared } = await setupConnected()
  await act(() => stream.send('notification', notice, { id: id(11) }))
  act(() => shared.read.set(1))
  expect(unread()).toBe('0')
  await act(() => stream.send('notification', notice, { id: id(12) }))
  markRead()
  expect(shared.read.get()).toBe(2)
})

test('follows a job', async () => {
  const { stream } = await setupConnected()
  await act(() => stream.send('job.progress', job(42), { id: id(11) }))
  expect(row('Job')).toBe('Export invoices, 42 %')
  expect(bar().value).toBe(42)
  await act(() => stream.send('job.progress', job(42, 'failed'), { id: id(12) }))
  expect(row('Job')).toBe('Export invoices, failed')
})

test('misses nothing while the line is down', async () => {
  const { clock, stream } = await setupConnected()
  await act(() => stream.send('order.created', created('A-2', 300), { id: id(11) }))
  await act(() => stream.send('notification', notice, { id: id(12) }))

  await act(() => stream.drop())
  expect(connection()).toBe('connecting')
  await stream.send('order.created', created('A-3', 500), { id: id(13) })
  await stream.send('notification', notice, { id: id(14) })
  await stream.send('job.progress', job(70), { id: id(15) })
  expect(orders()).toBe('2, worth €15.00')

  await act(() => clock.advance(1000))
  expect(connection()).toBe('connected')
  expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual([CURSOR, id(12)])
  expect(orders()).toBe('3, worth €20.00')
  expect(unread()).toBe('2')
  expect(row('Job')).toBe('Export invoices, 70 %')
})

test('misses nothing when the line is down before the first event', async () => {
  const { clock, stream, show } = setup()
  show()
  await act(() => stream.connected())
  expect(orders()).toBe('1, worth €12.00')
  await act(() => stream.drop())
  await stream.send('order.created', created('A-2', 300), { id: id(11) })
  await act(() => clock.advance(1000))
  expect(stream.requests.at(-1)?.lastEventId).toBe(CURSOR)
  expect(orders()).toBe('2, worth €15.00')
})

test('is connecting when a dead line is noticed, and comes back', async () => {
  const { clock, stream, show } = setup()
  stream.script({ open: { headers: { 'x-sse-heartbeat': '15000' } } })
  stream.script({ open: { delay: 5000 } })
  show()
  await act(() => stream.connected())

  await act(() => stream.stall())
  await act(() => clock.advance(30_000))
  expect(connection()).toBe('connected')
  await act(() => clock.advance(10_000))
  expect(connection()).toBe('connecting')
  await act(() => clock.advance(5000))
  expect(connection()).toBe('connected')
})

test('is connecting for as long as the server is unavailable', async () => {
  const { clock, stream, show } = setup()
  stream.refuse(503, { times: 2 })
  show()
  await act(() => clock.settle())
  expect(connection()).toBe('connecting')
  await act(() => clock.advance(10_000))
  expect(connection()).toBe('connected')
  expect(stream.requests).toHaveLength(3)
})

test('is not connected when the server turns it away, and does not try again', async () => {
  const { clock, stream, show } = setup()
  stream.refuse(403)
  show()
  await act(() => clock.settle())
  expect(connection()).toBe('not connected')
  await act(() => clock.advance(60_000))
  expect(stream.requests).toHaveLength(1)
  expect(orders()).toBe('1, worth €12.00')
})

test('has one connection in StrictMode, and hears each event once', async () => {
  const { clock, stream } = await setupConnected()
  await act(() => clock.advance(60_000))
  expect(stream.requests).toHaveLength(1)
  expect(stream.connections).toHaveLength(1)
  await act(() => stream.send('notification', notice, { id: id(11) }))
  expect(unread()).toBe('1')
})

test('leaves no stream and no timer when it is unmounted', async () => {
  const { clock, stream } = await setupConnected()
  unmount()
  await clock.advance(1000)
  expect(stream.connections).toHaveLength(0)
  expect(clock.timers).toBe(0)
})

test('leaves no stream and no timer when the client is closed, and says that it is not connected', async () => {
  const { clock, stream, sse } = await setupConnected()
  await act(() => sse.close())
  expect(connection()).toBe('not connected')
  await clock.settle()
  expect(stream.connections).toHaveLength(0)
  expect(clock.timers).toBe(0)
})

test('leaves no stream and no timer when it is unmounted while the line is down', async () => {
  const { clock, stream } = await setupConnected()
  await act(() => stream.drop())
  unmount()
  // For `linger` the client still tries to come back, should the panel do so too.
  await clock.advance(60_000)
  expect(stream.connections).toHaveLength(0)
  expect(clock.timers).toBe(0)
})
