import { createSSE, type Transport } from 'headwater'
import { createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watch } from '../../support/mock-wire.ts'
import { read, START, setup } from './setup.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('an action', () => {
  it('has been dealt with by the client when it resolves', async () => {
    const { stream, clock } = setup()
    const { chunks, end } = read(await stream.fetch('/'))
    const over = watch(end)
    await stream.send('message', 1)
    expect(chunks).toEqual(['data: 1\n\n'])
    await stream.raw('a', 'b')
    expect(chunks).toEqual(['data: 1\n\n', 'a', 'b'])
    await stream.end()
    expect(over).toEqual(['resolved'])
    expect(clock.now()).toBe(START)
  })

  it('gives the client one turn of the event loop, and with it every promise that is ready', async () => {
    const { stream } = setup()
    const reader = (await stream.fetch('/')).body?.getReader()
    let steps = 0
    const handled = reader?.read().then(async () => {
      for (; steps < 50; steps++) await null
    })
    await stream.send('tick', 1)
    expect(steps).toBe(50)
    await handled
  })

  it('sends bytes that their owner may use again', async () => {
    const { stream } = setup()
    const { chunks } = read(await stream.fetch('/'))
    const bytes = new Uint8Array([97])
    const sent = stream.raw(bytes)
    bytes[0] = 98
    await sent
    expect(chunks).toEqual(['a'])
  })
})

describe('every way in', () => {
  it('leads to the same mock', async () => {
    const { stream, clock } = setup()
    const { transport }: { transport: Transport } = stream
    using sse = createSSE('/transport', { transport, clock })
    sse.connect()
    const source = new stream.EventSource('/event-source')
    const bodies = [await stream.fetch('/fetch'), await stream.respond(new Request('http://h/respond'))].map(read)
    const heard: unknown[] = []
    sse.subscribe('tick', (data) => heard.push(data))
    source.addEventListener('tick', ({ data }) => heard.push(data))
    await clock.settle()
    expect(stream.connections.map(({ request }) => request.path).sort()).toEqual([
      '/event-source',
      '/fetch',
      '/respond',
      '/transport',
    ])
    await stream.send('tick', 1)
    expect(new Set(heard)).toEqual(new Set(['1', 1]))
    expect(bodies.map(({ chunks }) => chunks)).toEqual(Array(2).fill(['event: tick\ndata: 1\n\n']))
    source.close()
  })

  it('can be taken from it by name', async () => {
    const { fetch, transport, EventSource, respond, connected, send, requests } = createMockStream()
    expect(transport).toHaveProperty('connect')
    const source = new EventSource('/')
    await connected()
    await send('tick')
    source.close()
    await fetch('/')
    await respond(new Request('http://h/'))
    expect(requests).toHaveLength(3)
  })
})
