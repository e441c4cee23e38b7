// @vitest-environment node
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createHubClient } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { createMockStream } from 'headwater/testing'
import { StrictMode, Suspense } from 'react'
import * as server from 'react-dom/server'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'

/*
 * On a server there is no page. What it renders opens nothing and leaves nothing behind.
 */

const { renderToPipeableStream, renderToString } = server

let complaints: unknown[][]
beforeEach(() => {
  complaints = []
  const spies = (['error', 'warn'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...args) => complaints.push(args)),
  )
  return () => {
    for (const spy of spies) spy.mockRestore()
    expect(complaints).toEqual([])
  }
})

function setup() {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => timers.mockRestore())
  const stream = createMockStream()
  const { fetch } = stream
  const shared = createHubClient('/shared', { fetch })
  function Page() {
    // A relative URL means nothing here, and need not.
    const { status, isConnected, isConnecting, error, lastEvent, lastEventId } = useSSE('/events', {
      fetch,
      lastEventId: '7',
      onEvent() {},
      onState() {},
    })
    const own = useSSE('/own')
    useSSE(() => createHubClient('/made'))
    useSSEEvent(own.client, 'n', () => {})
    useSSEEvent('n', () => {})
    useTopic('orders', () => {})
    const value = useSSEValue('n', { initial: 41, reduce: (n) => n + 1, batch: 'frame' })
    const given = useSSE(useSSEClient()).status
    const shown = { status, isConnected, isConnecting, error, lastEvent, lastEventId, value, given }
    return <script type="application/json">{JSON.stringify(shown).replaceAll('"', '')}</script>
  }
  const page = (
    <StrictMode>
      <SSEProvider client={shared}>
        <SSEProvider client={() => createHubClient('/provided')}>
          <Suspense fallback="…">
            <Page />
          </Suspense>
        </SSEProvider>
      </SSEProvider>
    </StrictMode>
  )
  return { page, stream, shared, timers }
}

const SHOWN =
  '{status:idle,isConnected:false,isConnecting:false,error:null,lastEvent:null,lastEventId:,value:41,given:idle}'

it('there is no page here', () => {
  expect(globalThis).not.toHaveProperty('window')
  expect(globalThis).not.toHaveProperty('document')
})

it('renderToString opens nothing, and renders what a client nobody has looked at is like', async () => {
  const { page, stream, shared, timers } = setup()
  expect(renderToString(page)).toContain(SHOWN)
  // What would be opened would be in a microtask.
  await Promise.resolve()
  expect(timers).not.toHaveBeenCalled()
  expect(stream.requests).toEqual([])
  expect(shared.state.get().status).toBe('idle')
})

it('renders the same of a client that is open', async () => {
  const { page, stream, shared } = setup()
  shared.connect()
  onTestFinished(() => shared.close())
  await stream.connected()
  const html = renderToString(
    <SSEProvider client={shared}>{page.props.children.props.children.props.children}</SSEProvider>,
  )
  expect(html).toContain(SHOWN)
  expect(stream.requests).toHaveLength(1)
})

it('renderToPipeableStream opens nothing either', async () => {
  const { page, stream, shared } = setup()
  const out = new PassThrough()
  const { pipe } = renderToPipeableStream(page, { onAllReady: () => pipe(out) })
  expect(await text(out)).toContain(SHOWN)
  expect(stream.requests).toEqual([])
  expect(shared.state.get().status).toBe('idle')
})
