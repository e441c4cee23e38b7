// @vitest-environment page
import { createHubClient } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEValue } from 'headwater/react'
import { createClock, createMockStream } from 'headwater/testing'
import { act, useMemo, useRef } from 'react'
import { createRoot } from 'react-dom/client'
import { describe, expect, it } from 'vitest'
import { failOnComplaints, hubBench, mount, probe } from './react-stage.tsx'

failOnComplaints()

describe('the samples of docs/react.md', () => {
  it('a component is tested without a network', async () => {
    const clock = createClock()
    const stream = createMockStream({ clock })
    const page = document.createElement('div')
    const root = createRoot(page)
    const settle = () => act(() => clock.settle())
    function Price() {
      const { isConnected } = useSSE()
      const price = useSSEValue<number | null>('price', null)
      return <p>{isConnected ? `${price} €` : 'away'}</p>
    }
    await act(async () =>
      root.render(
        <SSEProvider url="/api/events" options={{ fetch: stream.fetch, clock }}>
          <Price />
        </SSEProvider>,
      ),
    )
    await settle()
    expect(page.textContent).toBe('null €')
    stream.send('price', 5)
    await settle()
    expect(page.textContent).toBe('5 €')
    stream.drop()
    await settle()
    expect(page.textContent).toBe('away')
    await act(async () => root.unmount())
    await act(() => clock.advance(1000))
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })

  it('a hook of the usual shape stands on useSSE', async () => {
    const { options, clock, stream, send, settle, advance } = hubBench()
    const log: unknown[] = []
    interface Props {
      sessionId?: string
      reconnect?: boolean
      reconnectInterval?: number
    }
    function useSessionEvents({ sessionId, reconnect = true, reconnectInterval }: Props) {
      const client = useMemo(() => {
        const query = sessionId === undefined ? '' : `?${new URLSearchParams({ sessionId })}`
        const retry = reconnectInterval === undefined ? {} : () => reconnectInterval
        return createHubClient(`/api/events${query}`, { ...options, retry: reconnect && retry })
      }, [sessionId, reconnect, reconnectInterval])
      const isClosed = useRef(false)
      const sse = useSSE(client, {
        onEvent: ({ type, data }) => type === 'n' && log.push(data),
        onOpen: () => log.push('open'),
        onState(state) {
          if ('error' in state && state.error) log.push(state.error.code)
          const wasClosed = isClosed.current
          isClosed.current =
            state.status === 'closed' || (state.status === 'paused' && state.reasons.includes('manual'))
          if (isClosed.current && !wasClosed) log.push('closed')
        },
      })
      return {
        isConnected: sse.isConnected,
        error: sse.error,
        connect: sse.connect,
        disconnect: sse.disconnect,
        sendEvent: sse.send,
        get lastEvent() {
          return sse.lastEvent
        },
      }
    }
    const { Probe, last, seen } = probe(useSessionEvents)
    // A client of a hub is open when the hub has said something.
    const open = async (): Promise<void> => {
      await settle()
      await send('hello', 0)
    }
    const { render, unmount } = await mount(<Probe reconnect={false} />)
    await open()
    const renders = seen.length
    await send('n', 1)
    expect(seen).toHaveLength(renders)
    stream.drop()
    await settle()
    expect(last()).toMatchObject({ isConnected: false, error: { code: 'network' } })
    expect(log.splice(0)).toEqual(['open', 1, 'network', 'closed'])

    await render(<Probe sessionId="b" reconnectInterval={3000} />)
    await open()
    expect(log.splice(0)).toEqual(['open'])
    stream.drop()
    await settle()
    await advance(2999)
    expect(log.splice(0)).toEqual(['network'])
    await advance(1)
    await open()
    expect(log.splice(0)).toEqual(['open'])
    await act(async () => last().disconnect())
    await settle()
    expect(log.splice(0)).toEqual(['closed'])
    await act(async () => last().connect())
    await open()
    expect(log).toEqual(['open'])
    expect(stream.requests.map(({ query }) => query)).toEqual([
      {},
      { sessionId: 'b' },
      { sessionId: 'b' },
      { sessionId: 'b' },
    ])

    stream.refuse(204)
    await act(() => last().sendEvent('order.touch', { id: 1 }))
    expect(stream.requests.at(-1)).toMatchObject({ method: 'POST', body: '{"event":"order.touch","data":{"id":1}}' })
    await act(async () => last().disconnect())
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })
})
