import { SSEError } from 'headwater'
import { createHubClient, type HubOptions, hub } from 'headwater/hub'
import type { Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { bench, hubBench } from '../support/client.ts'

const hello: Step = {
  send: { event: 'connected', id: 'k3f9x2ab-1', data: { v: 1, clientId: 'n1.x', topics: [], recovered: false } },
}
const accept: Step[] = [{ refuse: { status: 200, body: '{"id":"k3f9x2ab-2","delivered":3}' } }]

describe('createHubClient()', () => {
  it('makes a client like createSSE() that speaks the protocol', async () => {
    const onOpen = vi.fn()
    const { sse, stream, clock, log } = hubBench({ onOpen }, { script: [[hello]] })
    sse.subscribe('*', (data, { type }) => log.push([type, data]))
    await clock.settle()
    stream.send('live', {})
    stream.send('tick', 1, { id: 'k3f9x2ab-2' })
    await clock.settle()
    expect(log).toEqual([['tick', 1]])
    expect(onOpen.mock.calls).toEqual([[{ recovered: false, attempt: 0, clientId: 'n1.x' }]])
    expect(sse.lastEventId).toBe('k3f9x2ab-2')
    expect(sse.state.get().status).toBe('open')
    sse[Symbol.dispose]()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })

  it('opens nothing until there is a subscriber', async () => {
    const { sse, stream, clock } = hubBench({ topics: ['orders'] })
    await clock.advance(60_000)
    expect(stream.requests).toEqual([])
    expect(sse.clientId).toBe('')
  })

  it('has every method as a function of its own', async () => {
    const { sse, stream, clock, log } = hubBench({}, { script: [accept, [hello]] })
    const { send, topic, subscribe, close } = sse
    await send('touch')
    topic('orders').subscribe((data) => log.push(data))
    subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    close()
    expect(log).toEqual([1])
    expect(sse.state.get().status).toBe('closed')
  })

  it('keeps the connections of two clients apart', async () => {
    const [one, two] = [hubBench({ topics: ['a'] }, { script: [[hello]] }), hubBench({ topics: ['b'] })]
    for (const { sse, clock } of [one, two]) {
      sse.connect()
      await clock.settle()
    }
    expect([one, two].map(({ stream }) => stream.requests[0]?.query)).toEqual([{ topics: 'a' }, { topics: 'b' }])
    expect([one.sse.clientId, two.sse.clientId]).toEqual(['n1.x', ''])
  })
})

describe('the name of the connection', () => {
  it('is known when the connection opens', async () => {
    const opened: unknown[] = []
    const { sse, clock } = hubBench(
      { onOpen: ({ clientId }) => opened.push(clientId, sse.clientId) },
      { script: [[hello]] },
    )
    sse.connect()
    await clock.settle()
    expect(opened).toEqual(['n1.x', 'n1.x'])
  })

  it('is that of the introduction while the connection lasts', async () => {
    const { sse, stream, clock } = hubBench({}, { script: [[hello]] })
    const names = [sse.clientId]
    sse.connect()
    await clock.settle()
    names.push(sse.clientId)
    stream.drop()
    await clock.settle()
    names.push(sse.clientId)
    expect(names).toEqual(['', 'n1.x', ''])
  })
})

describe('the options of a hub', () => {
  it.each<[options: object, message: string]>([
    [{ topics: 'orders' }, 'topics: expected object, got orders'],
    [{ topics: 5 }, 'topics: expected object, got 5'],
    [{ topics: {} }, 'topic: expected name, prefix.* or *, got [object Object]'],
    [{ topics: [''] }, 'topic: expected name, prefix.* or *, got '],
    [{ topics: ['a', 'b,c'] }, 'topic: expected name, prefix.* or *, got b,c'],
    [{ topics: [['a']] }, 'topic: expected name, prefix.* or *, got a'],
    [{ topics: [5] }, 'topic: expected name, prefix.* or *, got 5'],
  ])('are refused at once if they cannot work: %j', (options, message) => {
    const error = expect.objectContaining({ code: 'options', message })
    expect(() => hub(options)).toThrow(error)
    const client = (): unknown => createHubClient('/events', options)
    // It takes one name for a list of one.
    if ('topics' in options && options.topics === 'orders') expect(client).not.toThrow()
    else
      expect(client).toThrow(
        expect.objectContaining({
          code: 'options',
          message: message.replace(/^topics: expected object/, 'topic: expected name, prefix.* or *'),
        }),
      )
  })

  it('are refused if hub() does not know them, as those of createSSE() are', () => {
    expect(() => hub({ topic: 'orders' } as HubOptions)).toThrow(
      expect.objectContaining({
        code: 'options',
        message: 'option: expected one of topics,topicsUrl,sendUrl,onTopicRefused, got topic',
      }),
    )
    expect(() => createHubClient('/events', { lingers: 5 } as object)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/^option: .*, got lingers$/) }),
    )
  })

  it('count as left out if they are null or undefined', async () => {
    for (const nothing of [null, undefined]) {
      const options = { topics: nothing, topicsUrl: nothing, sendUrl: nothing } as HubOptions
      hub(options)
      const { sse, stream, clock } = hubBench(options, { script: [accept, [hello]] })
      await sse.send('touch')
      sse.connect()
      await clock.settle()
      expect(stream.requests.map(({ path, query }) => [path, query])).toEqual([
        ['/events', {}],
        ['/events', {}],
      ])
    }
  })

  it('may be left out', () => {
    expect(hub()).toBeTypeOf('function')
    expect(createHubClient('/events').state.get()).toEqual({ status: 'idle' })
  })
})

describe('send()', () => {
  it('posts the event and the fields of its target, and opens no connection', async () => {
    const { sse, stream } = hubBench({ headers: { authorization: 'Bearer x' }, sendUrl: '/send' }, { script: [accept] })
    const sent = await sse.send('order.touch', { id: 7 }, { userId: 'u1', event: 'ignored' })
    expect(sent).toEqual({ id: 'k3f9x2ab-2', delivered: 3 })
    expect(stream.requests).toMatchObject([
      {
        method: 'POST',
        path: '/send',
        headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
        body: JSON.stringify({ userId: 'u1', event: 'order.touch', data: { id: 7 } }),
      },
    ])
    expect(sse.state.get().status).toBe('idle')
  })

  it('goes to the stream’s own URL, and may be answered with nothing', async () => {
    const { sse, stream } = hubBench({}, { script: [[{ refuse: { status: 204 } }]] })
    expect(await sse.send('touch')).toBeUndefined()
    expect(stream.requests[0]).toMatchObject({ path: '/events', body: '{"event":"touch"}' })
  })

  it('leaves out this client with except: me, and nobody while it has no name', async () => {
    const { sse, stream, clock } = hubBench({}, { script: [accept, [hello], accept, accept] })
    const target = { except: 'me', userId: 'ada' }
    await sse.send('touch', 1, target)
    sse.connect()
    await clock.settle()
    await sse.send('touch', 1, target)
    await sse.send('touch', 1, { except: 'n1.y' })
    const bodies = stream.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body))
    expect(bodies.map(({ except }) => except)).toEqual([[], 'n1.x', 'n1.y'])
    expect(target).toEqual({ except: 'me', userId: 'ada' })
  })

  it.each([
    ['userId', { userId: undefined }],
    ['except', { userId: 'ada', except: undefined }],
  ])('rejects with options for a target whose %s is undefined, and sends nothing', async (name, target) => {
    const { sse, stream } = hubBench()
    await expect(sse.send('touch', 1, target)).rejects.toMatchObject({
      code: 'options',
      message: `send: ${name}: expected a value, got undefined`,
    })
    expect(stream.requests).toEqual([])
  })

  it('rejects with the error of the refusal', async () => {
    const body = '{"error":{"code":"forbidden","message":"no"}}'
    const { sse } = hubBench({}, { script: [[{ refuse: { status: 403, body } }]] })
    const error = await sse.send('touch').catch((reason) => reason)
    expect(error).toBeInstanceOf(SSEError)
    expect(error).toMatchObject({ code: 'http', status: 403, body })
  })

  it('rejects with network after close()', async () => {
    const { sse } = hubBench()
    sse.close()
    await expect(sse.send('touch')).rejects.toMatchObject({ code: 'network', message: 'POST: closed' })
  })
})

describe('onTopicRefused', () => {
  const denied = [{ topic: 'b', code: 'denied', message: 'you may not join this topic' }]
  const refusing = (given: unknown = denied): Step => ({
    send: { event: 'connected', id: 'k3f9x2ab-1', data: { v: 1, clientId: 'n1.x', topics: ['a'], denied: given } },
  })
  const refused = expect.objectContaining({
    name: 'SSEError',
    code: 'unauthorized',
    topic: 'b',
    reason: 'denied',
    message: 'you may not join this topic',
  })

  it('is called with each connection and each confirmation that names a topic', async () => {
    const onTopicRefused = vi.fn()
    const { sse, stream, clock } = hubBench(
      { topics: ['a', 'b'], onTopicRefused },
      { script: [[refusing()], [refusing()]] },
    )
    sse.connect()
    await clock.settle()
    expect(onTopicRefused.mock.calls).toEqual([[refused]])
    await expect(sse.topic('b').joined()).rejects.toEqual(refused)
    await sse.topic('a').joined()
    stream.send('subscribed', { rev: 0, topics: ['a'], denied })
    await clock.settle()
    sse.reconnect()
    await clock.settle()
    expect(onTopicRefused).toHaveBeenCalledTimes(3)
    expect(sse.state.get().status).toBe('open')
  })

  it('is called by the layer of hub(), too', async () => {
    const onTopicRefused = vi.fn()
    const { sse, clock } = bench({ server: hub({ topics: ['a', 'b'], onTopicRefused }) }, { script: [[refusing()]] })
    sse.connect()
    await clock.settle()
    expect(onTopicRefused.mock.calls).toEqual([[refused]])
  })

  it('has reportError as its default', async () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const { sse, clock } = hubBench({ topics: ['a', 'b'] }, { script: [[refusing()]] })
    sse.connect()
    await clock.settle()
    vi.unstubAllGlobals()
    expect(reportError.mock.calls).toEqual([[refused]])
    expect(sse.state.get().status).toBe('open')
  })

  it.each<[given: unknown]>([
    [5],
    [true],
    ['b'],
    [{}],
    [null],
    [[null]],
    [[5, 'b', [], {}]],
    [[{ topic: { toString: 1 }, code: [], message: { toString: 1, valueOf: 1 } }]],
    [[{ topic: 5, code: null, message: null }]],
  ])('does not end the connection if the list is %j', async (given) => {
    vi.stubGlobal('reportError', vi.fn())
    const { sse, stream, clock, log, statuses } = hubBench({ topics: ['a', 'b'] }, { script: [[refusing(given)]] })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('subscribed', { rev: 0, topics: ['a'], denied: given })
    stream.send('tick', 1, { id: 'k3f9x2ab-2' })
    await clock.settle()
    vi.unstubAllGlobals()
    expect(log).toEqual([1])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(sse.clientId).toBe('n1.x')
    await sse.topic('a').joined()
    await expect(sse.topic('b').joined()).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('is an error at once if it is no function', () => {
    const options = { onTopicRefused: 'log' } as unknown as HubOptions
    const wanted = { code: 'options', message: 'onTopicRefused: expected function, got log' }
    expect(() => hub(options)).toThrow(expect.objectContaining(wanted))
    expect(() => createHubClient('/events', options)).toThrow(expect.objectContaining(wanted))
  })

  it.each([null, undefined])('counts as left out if it is %s', (onTopicRefused) => {
    const options = { onTopicRefused } as HubOptions
    hub(options)
    createHubClient('/events', options).close()
  })
})
