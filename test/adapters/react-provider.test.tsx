// @vitest-environment page
import { createSSE } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { bench, complaints, failOnComplaints, hubBench, mount, probe, stagePlatformTimers } from './react-stage.tsx'

failOnComplaints()

describe('SSEProvider', () => {
  it('gives its client to every hook that is given none, and opens nothing by itself', async () => {
    const { sse, stream, send, settle } = hubBench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      useSSEEvent<string>('n', (data) => heard.push(data.toUpperCase()))
      useTopic('n', () => {})
      return {
        live: useSSE(),
        value: useSSEValue<string, string>('n', { initial: '', reduce: (_, data) => data }),
        given: useSSEClient(),
      }
    })
    const { render } = await mount(<SSEProvider client={sse} />)
    await settle()
    expect(stream.requests).toHaveLength(0)
    await render(
      <SSEProvider client={sse}>
        <Probe />
      </SSEProvider>,
    )
    await settle()
    await send('n', 'a')
    expect(heard).toEqual(['A'])
    expect(last()).toMatchObject({ live: { isConnected: true, client: sse }, value: 'a', given: sse })
    expect(stream.requests).toHaveLength(1)
  })

  it('makes a client of its own for a URL, and closes it when it goes', async () => {
    const { options, stream, settle, advance, clock } = bench()
    const opened: unknown[] = []
    const { Probe, seen } = probe((_: { n: number }) => useSSEClient())
    const page = (n: number) => (
      <StrictMode>
        <SSEProvider url="/provided" options={{ ...options, onOpen: () => opened.push(n) }}>
          <Probe n={n} />
        </SSEProvider>
      </StrictMode>
    )
    const { render, unmount } = await mount(page(1))
    await render(page(2))
    expect(new Set(seen).size).toBe(1)
    seen[0]?.connect()
    await settle()
    expect(stream.requests.map(({ path }) => path)).toEqual(['/provided'])
    expect(opened).toEqual([2])
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })

  it('calls a function that makes a client once, and closes the client with it', async () => {
    const { options, stream, settle } = bench({ linger: 0 })
    const { Probe, seen } = probe((_: { n: number }) => useSSEClient<Record<string, unknown>, HubClient>())
    const page = (n: number) => (
      <SSEProvider client={() => createHubClient(`/made/${n}`, options)}>
        <Probe n={n} />
      </SSEProvider>
    )
    const { render, unmount } = await mount(page(1))
    await render(page(2))
    expect(new Set(seen).size).toBe(1)
    seen[0]?.topic('orders').subscribe(() => {})
    await settle()
    expect(stream.requests.map(({ path }) => path)).toEqual(['/made/1'])
    const platform = stagePlatformTimers()
    await unmount()
    await platform.advance(1000)
    expect(seen[0]?.state.get().status).toBe('closed')
  })

  it('is outdone by one that is nearer, and by a client that is handed over', async () => {
    const { sse, options } = bench()
    const near = createSSE('/near', options)
    const { Probe, last } = probe(() => [useSSEClient(), useSSE(sse).client])
    await mount(
      <SSEProvider client={sse}>
        <SSEProvider client={near}>
          <Probe />
        </SSEProvider>
      </SSEProvider>,
    )
    expect(last()).toEqual([near, sse])
  })

  it.each([
    ['useSSEClient', () => useSSEClient()],
    ['useSSE', () => useSSE()],
    ['useSSEEvent', () => useSSEEvent('n', () => {})],
    ['useSSEValue', () => useSSEValue('n', 0)],
    ['useTopic', () => useTopic('n', () => {})],
  ])('is missed by %s, whose error names it', (_, hook) => {
    const { Probe } = probe(hook)
    expect(() => renderToString(<Probe />)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringContaining('<SSEProvider>') }),
    )
    complaints.length = 0
  })
})
