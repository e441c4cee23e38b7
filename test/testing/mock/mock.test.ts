import type { MockConnection } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createMock, type MockCore } from '../../../testing/mock/mock.ts'
import { HEAD, REQUEST, recordingWire, settle, watch } from '../../support/mock-wire.ts'
import { from, setup, unhandled } from './setup.ts'

describe('a request', () => {
  it('is answered with an open stream, which is left to the caller', async () => {
    const { mock, ask } = setup()
    const { log, all } = ask({ path: '/a' })
    expect(log).toEqual([HEAD])
    mock.connections[0]?.send('tick', 1)
    await all()
    expect(log).toEqual([HEAD, 'event: tick\ndata: 1\n\n'])
    expect(mock.requests).toEqual([{ ...REQUEST, path: '/a' }])
  })

  it('is told nothing more once the client has gone', async () => {
    const { mock, ask } = setup({ script: [{ wait: 10 }, { send: { data: 1 } }] })
    const { log, clientLeft, all } = ask()
    await settle()
    clientLeft()
    await all()
    expect(log).toEqual([['wait', 10]])
    expect(mock.connections).toHaveLength(0)
  })
})

describe('refuse()', () => {
  const plain = { 'content-type': 'text/plain' }

  it.each<[what: string, refuse: (mock: MockCore<object>['mock']) => void, log: unknown[]]>([
    ['a status', (mock) => mock.refuse(404), [['head', 404, plain], 'end']],
    [
      'headers',
      (mock) => mock.refuse(503, { 'Retry-After': '1', 'Content-Type': 'text/html' }),
      [['head', 503, { 'retry-after': '1', 'content-type': 'text/html' }], 'end'],
    ],
    ['no headers', (mock) => mock.refuse(503, {}), [['head', 503, plain], 'end']],
    ['a body', (mock) => mock.refuse(503, { body: 'no' }), [['head', 503, plain], 'no', 'end']],
    [
      'headers and a body',
      (mock) => mock.refuse(503, { headers: { a: '1' }, body: 'no' }),
      [['head', 503, { ...plain, a: '1' }], 'no', 'end'],
    ],
    ['headers that are undefined', (mock) => mock.refuse(503, { headers: undefined }), [['head', 503, plain], 'end']],
  ])('refuses the next request with %s', async (_, refuse, log) => {
    const { mock, answered } = setup()
    refuse(mock)
    expect(await answered()).toEqual(log)
    expect(await answered()).toEqual([HEAD])
  })

  it('refuses so many requests, one after the other', async () => {
    const { mock, answered } = setup()
    mock.refuse(503, { times: 2 })
    mock.refuse(500, { times: 0 })
    mock.refuse(404)
    const heads = [await answered(), await answered(), await answered(), await answered()].map(([head]) => head)
    expect(heads).toEqual([['head', 503, plain], ['head', 503, plain], ['head', 404, plain], HEAD])
  })

  it.each([Infinity, -1, 1.5, NaN])('does not do so %d times, and says what does', (times) => {
    const { mock } = setup()
    expect(() => mock.refuse(503, { times })).toThrow(
      new TypeError(
        `refuse() expects a whole number of times, got ${times}; to refuse every request, start with the script [{ refuse: { status: 503 } }]`,
      ),
    )
  })

  it('refuses what is neither headers nor options', () => {
    const { mock } = setup()
    const mixed = { body: 'no', 'retry-after': '1' }
    expect(() => mock.refuse(503, mixed)).toThrow('refuse expects { status: 200 to 599, headers?, body? }')
    expect(() => mock.refuse(503, { 'a b': '1' })).toThrow('the header "a b" cannot be sent with "1"')
    expect(() => mock.refuse(99)).toThrow('refuse expects { status: 200 to 599, headers?, body? }')
  })
})

describe('an action', () => {
  it('is done to every stream that is open', async () => {
    const { mock, ask } = setup()
    const hosts = [ask(), ask()]
    mock.send('tick', { n: 1 }, { id: '1' })
    mock.sendText('tick', 'a')
    mock.comment('c')
    mock.retry(5)
    mock.raw('x', 'y')
    mock.stall()
    mock.raw('unheard')
    mock.end()
    for (const { all, log } of hosts) {
      await all()
      expect(log).toEqual([
        HEAD,
        'id: 1\nevent: tick\ndata: {"n":1}\n\n',
        'event: tick\ndata: a\n\n',
        ': c\n\n',
        'retry: 5\n\n',
        'x',
        'y',
        'end',
      ])
    }
  })

  it('sends the events of the protocol to each open stream', async () => {
    const { mock, ask } = setup()
    const { all, log } = ask()
    mock.introduce({ recovered: true })
    mock.gap({ reason: 'epoch' })
    mock.goodbye(5)
    mock.drop()
    await all()
    expect(log.map((each) => /event: (\w+)/.exec(`${each}`)?.[1])).toEqual([
      undefined,
      'connected',
      'gap',
      'goodbye',
      undefined,
    ])
  })

  it('resolves when it has been done to all, and at once where nobody is', async () => {
    const { mock, ask } = setup()
    await mock.send('tick', 1)
    await mock.drop()
    const hosts = [ask(), ask()]
    const done = watch(mock.send('tick', 1))
    await hosts[0]?.all()
    expect(done).toEqual([])
    await hosts[1]?.all()
    expect(done).toEqual(['resolved'])
  })

  it('throws at once for an action that cannot be done, whether or not the caller awaits it', async () => {
    const { mock, ask } = setup()
    expect(() => mock.send('a\nb', 1)).toThrow('event has a line end or NUL in it')
    expect(() => mock.send('tick', () => 1)).toThrow('data cannot be sent as JSON')
    ask()
    mock.send('tick', 1)
    expect(() => mock.gap()).toThrow('gap() means something only on a stream that begins with introduce()')
    expect(() => mock.introduce()).toThrow('introduce() must come first on its connection')
  })

  it('an action that the caller does not await leaves no rejection behind, whenever the client goes', async () => {
    const { mock, ask } = setup({ introduce: true })
    const errors = await unhandled(async () => {
      const { clientLeft, all } = ask()
      for (const act of ['send', 'end', 'drop'] as const) mock[act]('tick')
      const [connection] = mock.connections
      clientLeft()
      connection?.send('tick')
      connection?.drop()
      await all()
    })
    expect(errors).toEqual([])
  })
})

describe('connections', () => {
  it('are those that are open, oldest first', () => {
    const { mock, ask } = setup()
    const hosts = ['/a', '/b', '/c'].map((path) => ask({ path }))
    const paths = (): string[] => mock.connections.map(({ request }) => request.path)
    expect(paths()).toEqual(['/a', '/b', '/c'])
    hosts[1]?.clientLeft()
    expect(paths()).toEqual(['/a', '/c'])
    mock.connections[0]?.end()
    expect(paths()).toEqual(['/c'])
    mock.drop()
    expect(paths()).toEqual([])
  })

  it('do not count what is refused, or has no headers yet', async () => {
    const { mock, ask } = setup({ script: [[{ refuse: { status: 500 } }], [{ open: { delay: 10 } }]] })
    const hosts = [ask(), ask()]
    expect(mock.connections).toHaveLength(0)
    for (const { all } of hosts) await all()
    expect(mock.connections).toHaveLength(1)
  })

  it.each(['end', 'drop', 'clientLeft'] as const)('resolve closed when they are over by %s', async (how) => {
    const { mock, ask } = setup()
    const { clientLeft } = ask()
    const { closed, end, drop } = await mock.connected()
    const over = watch(closed)
    await settle()
    expect(over).toEqual([])
    const act = { end, drop, clientLeft }
    act[how]()
    await closed
    expect(mock.connections).toHaveLength(0)
  })

  it('still count while they stall', async () => {
    const { mock, ask } = setup()
    ask()
    await mock.stall()
    expect(mock.connections).toHaveLength(1)
  })
})

describe('connected()', () => {
  it('resolves with the stream that is open, or else with the next, for all who wait', async () => {
    const { mock, ask } = setup()
    const waiting = [mock.connected(), mock.connected()]
    ask()
    const [first] = mock.connections
    expect(first).toBeDefined()
    expect(await Promise.all([...waiting, mock.connected()])).toEqual([first, first, first])
  })

  it.each(['end', 'drop'] as const)('waits for the next stream right after %s()', async (how) => {
    const { mock, ask } = setup()
    ask({ path: '/a' })
    mock[how]()
    const next = mock.connected()
    await settle()
    ask({ path: '/b' })
    expect((await next).request.path).toBe('/b')
  })

  it('resolves once the client knows that the stream is open', async () => {
    const { mock, answer } = createMock()
    const { wire } = recordingWire()
    let known = (): void => {}
    const connected = watch(mock.connected())
    answer(REQUEST, { ...wire, settle: () => new Promise((resolve) => (known = resolve)) })
    await settle()
    expect(connected).toEqual([])
    known()
    await settle()
    expect(connected).toEqual(['resolved'])
  })

  it('resolves for all who wait, also with a stream that is over again by then', async () => {
    const { mock, ask } = setup({ script: [[{ open: {} }, { end: true }], []] })
    const waiting = [mock.connected(), mock.connected()]
    ask({ path: '/a' })
    const streams: MockConnection[] = await Promise.all(waiting)
    expect(streams.map(({ request }) => request.path)).toEqual(['/a', '/a'])
    await streams[0]?.closed
    const next = mock.connected()
    ask({ path: '/b' })
    expect((await next).request.path).toBe('/b')
  })
})

describe('closed()', () => {
  it('resolves at once if no stream is open', async () => {
    const { mock, ask } = setup({ script: [[{ open: { delay: 5 } }]] })
    ask()
    await mock.closed()
    expect(mock.connections).toEqual([])
  })

  it('resolves when the last stream is over, one that came meanwhile included', async () => {
    const { mock, ask } = setup()
    const first = ask()
    const closed = watch(mock.closed())
    const second = ask()
    first.clientLeft()
    await settle()
    expect(closed).toEqual([])
    second.clientLeft()
    await settle()
    expect(closed).toEqual(['resolved'])
  })

  it('waits for a stream that was told to end and has not yet', async () => {
    const { mock, ask } = setup()
    const { next } = ask()
    mock.raw('slow')
    mock.end()
    const closed = watch(mock.closed())
    await settle()
    expect([mock.connections, closed]).toEqual([[], []])
    await next()
    expect(closed).toEqual(['resolved'])
  })
})

describe('reset()', () => {
  it('breaks every stream, and what has no headers yet', async () => {
    const { mock, ask } = setup({ script: [[{ open: { delay: 10 } }]] })
    const hosts = [ask(), ask(), ask()]
    await settle()
    mock.end()
    mock.reset()
    expect(mock.connections).toEqual([])
    for (const { all } of hosts) await all()
    expect(hosts.map(({ log }) => log)).toEqual([
      [['wait', 10], 'destroy'],
      [HEAD, 'end'],
      [HEAD, 'end'],
    ])
    await mock.closed()
  })

  it('forgets scripts, the one for every request too, and requests', async () => {
    const { mock, answered } = setup({ script: [{ comment: 'each' }] })
    await answered()
    mock.refuse(500, { times: 3 })
    mock.reset()
    expect(mock.requests).toEqual([])
    expect(await answered()).toEqual([HEAD])
    expect(mock.requests).toHaveLength(1)
  })

  it('forgets what was sent', async () => {
    const { mock, answered } = setup({ replay: true })
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    mock.reset()
    expect(await answered(from('1'))).toEqual([HEAD])
  })

  it('changes the list of requests in place, so that a caller may keep it', async () => {
    const { mock, answered } = setup()
    const { requests } = mock
    await answered()
    mock.reset()
    await answered()
    expect(requests).toHaveLength(1)
    expect(mock.requests).toBe(requests)
  })
})
