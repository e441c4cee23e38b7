// @vitest-environment page
import { createHubClient } from 'headwater/hub'
import { useSSE, useSSEEvent } from 'headwater/react'
import { Activity, act, StrictMode, Suspense } from 'react'
import { describe, expect, it } from 'vitest'
import { bench, failOnComplaints, mount, probe, stagePlatformTimers } from './react-stage.tsx'

failOnComplaints()

describe('hidden and shown again', () => {
  it('by <Activity> before it has lingered, it keeps its connection', async () => {
    const { options, stream, send, settle, advance } = bench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      const live = useSSE('/events', { ...options, onEvent: ({ data }) => heard.push(data) })
      return { ...live }
    })
    const show = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Probe />
      </Activity>
    )
    const { render, unmount } = await mount(show('visible'))
    await settle()
    await send('n', 1)
    const { client } = last()
    await render(show('hidden'))
    await advance(999)
    await send('n', 2)
    await render(show('visible'))
    await advance(5000)
    await send('n', 3)
    expect(heard).toEqual([1, 3])
    expect(last()).toMatchObject({ client, isConnected: true, lastEvent: { data: 3 } })
    expect(stream.requests).toHaveLength(1)
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
  })

  it('by <Activity> later, a function makes the new client, and gets the id to resume from', async () => {
    const { options, stream, settle } = bench()
    const made: unknown[] = []
    const make = (lastEventId?: string) => {
      made.push(lastEventId)
      return createHubClient('/made', { ...options, lastEventId })
    }
    const { Probe, last } = probe(() => useSSE(make))
    const show = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Probe />
      </Activity>
    )
    const { render } = await mount(show('visible'))
    await settle()
    stream.send('n', 1, { id: '7' })
    await settle()
    const { client } = last()
    const platform = stagePlatformTimers()
    await render(show('hidden'))
    await platform.advance(1000)
    expect(client.state.get().status).toBe('closed')
    await render(show('visible'))
    await settle()
    expect(made).toEqual([undefined, '7'])
    expect(last().client).not.toBe(client)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
  })

  it('by <Activity> later, it resumes with a new client', async () => {
    const { options, stream, settle, advance, clock } = bench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      const live = useSSE('/events', options)
      useSSEEvent(live.client, 'n', (data) => heard.push(data))
      return live
    })
    const show = (mode: 'visible' | 'hidden') => (
      <StrictMode>
        <Activity mode={mode}>
          <Probe />
        </Activity>
      </StrictMode>
    )
    const { render } = await mount(show('hidden'))
    await advance(5000)
    expect(stream.requests).toHaveLength(0)
    await render(show('visible'))
    await settle()
    stream.send('n', 1, { id: '7' })
    await settle()
    await render(show('hidden'))
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
    await render(show('visible'))
    await settle()
    expect(last().isConnected).toBe(true)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    stream.send('n', 2)
    await settle()
    expect(heard).toEqual([1, 2])
  })

  it('by <Suspense>, it keeps its connection and hears', async () => {
    const { options, stream, send, settle, advance } = bench()
    const heard: unknown[] = []
    let wait: Promise<void> | undefined
    let resume = () => {}
    function Sleeper() {
      if (wait) throw wait
      return null
    }
    const { Probe, last } = probe((_: { n: number }) => {
      const live = useSSE('/events', options)
      useSSEEvent(live.client, 'n', (data) => heard.push(data))
      return live
    })
    const page = (n: number) => (
      <Suspense fallback="…">
        <Probe n={n} />
        <Sleeper />
      </Suspense>
    )
    const { render, text } = await mount(page(0))
    await settle()
    const { client } = last()
    wait = new Promise((resolve) => {
      resume = () => {
        wait = undefined
        resolve()
      }
    })
    await render(page(1))
    expect(text()).toBe('…')
    await advance(5000)
    await send('n', 1)
    await act(async () => resume())
    expect(text()).toBe('')
    await send('n', 2)
    expect(heard).toEqual([1, 2])
    expect(last().client).toBe(client)
    expect(stream.requests).toHaveLength(1)
  })
})
