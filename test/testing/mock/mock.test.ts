import type { MockConnection, MockRequest, Script, Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createMock, type MockCore, type MockOptions } from '../../../testing/mock/mock.ts'
import { HEAD, REQUEST, recordingWire, settle, watch } from '../../support/mock-wire.ts'

const from = (lastEventId: string): Partial<MockRequest> => ({ lastEventId })

function setup(options: MockOptions = {}) {
  const { mock, answer } = createMock(options)
  /** A client asks. */
  const ask = (request: Partial<MockRequest> = {}) => {
    const host = recordingWire()
    return { ...host, gone: answer({ ...REQUEST, ...request }, host.wire) }
  }
  /** What a request is answered with, when all is on its way. */
  async function answered(request?: Partial<MockRequest>): Promise<unknown[]> {
    const { log, all } = ask(request)
    await all()
    return log
  }
  return { mock, ask, answered }
}

/** What is thrown and caught by nobody while `run` runs. */
async function unhandled(run: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const listen = (error: unknown): void => void errors.push(error)
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
  await run()
  process.off('unhandledRejection', listen)
  for (const other of others) process.on('unhandledRejection', other)
  return errors
}

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
    const { log, gone, all } = ask()
    await settle()
    gone()
    await all()
    expect(log).toEqual([['wait', 10]])
    expect(mock.connections).toHaveLength(0)
  })
})

describe('a list of steps', () => {
  const script: Script = [
    { open: { headers: { a: '1' } } },
    { send: { data: 1, id: '1' } },
    { send: { data: 2, id: '2' } },
    { drop: true },
  ]
  const opened = [['head', 200, { ...(HEAD[2] as object), a: '1' }]]

  it('is played to every request, and to one that resumes from behind its last event', async () => {
    const { answered } = setup({ script })
    const all = [...opened, 'id: 1\ndata: 1\n\n', 'id: 2\ndata: 2\n\n', 'destroy']
    expect(await answered()).toEqual(all)
    expect(await answered(from('1'))).toEqual([...opened, 'id: 2\ndata: 2\n\n', 'destroy'])
    expect(await answered(from('2'))).toEqual([...opened, 'destroy'])
    expect(await answered(from('elsewhere'))).toEqual(all)
  })

  it('comes after what was said by hand', async () => {
    const { mock, answered } = setup({ script: [{ comment: 'each' }] })
    mock.refuse(503)
    mock.script({ comment: 'once' })
    expect(await answered()).toEqual([['head', 503, { 'content-type': 'text/plain' }], 'end'])
    expect(await answered()).toEqual([HEAD, ': once\n\n'])
    expect(await answered()).toEqual([HEAD, ': each\n\n'])
    expect(await answered()).toEqual([HEAD, ': each\n\n'])
  })
})

describe('a list of lists', () => {
  it('has one for each of the first requests; later ones are left to the caller', async () => {
    const { mock, answered } = setup({ script: [[{ refuse: { status: 500 } }], [{ comment: 'second' }]] })
    mock.script({ comment: 'third' })
    const logs = [await answered(), await answered(), await answered(), await answered()]
    expect(logs.map((log) => log[1])).toEqual(['end', ': second\n\n', ': third\n\n', undefined])
    expect(logs[3]).toEqual([HEAD])
  })

  it('does not look at last event ids', async () => {
    const { answered } = setup({ script: [[{ send: { data: 1, id: '1' } }]] })
    expect(await answered(from('1'))).toEqual([HEAD, 'id: 1\ndata: 1\n\n'])
  })
})

it.each<[what: string, steps: Step[]]>([
  ['a stream', [{ open: {} }]],
  ['a refusal', [{ wait: 0 }, { refuse: { status: 500 } }]],
])('a script that cannot be carried out breaks the connection, and says why: %s', async (_, steps) => {
  const { mock, answer } = createMock({ script: [steps] })
  const { wire, log } = recordingWire()
  const head = (): never => {
    throw new TypeError('no such header')
  }
  const errors = await unhandled(async () => {
    answer(REQUEST, { ...wire, head, wait: async () => {} })
    await settle()
  })
  expect(errors).toEqual([new TypeError('no such header')])
  expect(log).toEqual(['destroy'])
  await mock.closed()
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
        `refuse() wants a whole number of times, got ${times}; to refuse every request, start with the script [{ refuse: { status: 503 } }]`,
      ),
    )
  })

  it('refuses what is neither headers nor options', () => {
    const { mock } = setup()
    const mixed = { body: 'no', 'retry-after': '1' }
    expect(() => mock.refuse(503, mixed)).toThrow('refuse wants { status: 200 to 599, headers?, body? }')
    expect(() => mock.refuse(503, { 'a b': '1' })).toThrow('the header "a b" cannot be sent with "1"')
    expect(() => mock.refuse(99)).toThrow('refuse wants { status: 200 to 599, headers?, body? }')
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
      const { gone, all } = ask()
      for (const act of ['send', 'end', 'drop'] as const) mock[act]('tick')
      const [connection] = mock.connections
      gone()
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
    hosts[1]?.gone()
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

  it.each(['end', 'drop', 'gone'] as const)('resolve closed when they are over by %s', async (how) => {
    const { mock, ask } = setup()
    const { gone } = ask()
    const { closed, end, drop } = await mock.connected()
    const over = watch(closed)
    await settle()
    expect(over).toEqual([])
    const act = { end, drop, gone }
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
    first.gone()
    await settle()
    expect(closed).toEqual([])
    second.gone()
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

describe('replay', () => {
  const sent = (id: string): string => `id: ${id}\nevent: tick\ndata: ${id}\n\n`

  it('begins a stream with what came after its last event id', async () => {
    const { mock, ask, answered } = setup({ replay: true })
    const { all } = ask()
    for (const id of ['1', '2', '3']) mock.send('tick', Number(id), { id })
    await all()
    expect(await answered(from('1'))).toEqual([HEAD, sent('2'), sent('3')])
    expect(await answered(from('3'))).toEqual([HEAD])
    expect(await answered()).toEqual([HEAD])
    // From before the first: a page that begins with a snapshot has such an id.
    expect(await answered(from('unknown'))).toEqual([HEAD, sent('1'), sent('2'), sent('3')])
  })

  it('remembers what is sent while nobody is there, and to one stream alone, each once', async () => {
    const { mock, ask, answered } = setup({ replay: true })
    mock.send('tick', 1, { id: '1' })
    const hosts = [ask(), ask()]
    mock.connections[1]?.send('tick', 2, { id: '2' })
    mock.send('tick', 3, { id: '3' })
    for (const { all } of hosts) await all()
    expect(await answered(from('1'))).toEqual([HEAD, sent('2'), sent('3')])
  })

  it('numbers what is given no id, past the ids that there are', async () => {
    const { mock, ask, answered } = setup({ replay: true })
    const { log, all } = ask()
    mock.send('tick', 1)
    mock.send('tick', 3, { id: '3' })
    mock.connections[0]?.send('tick', 4)
    mock.send('tick', 5)
    await all()
    expect(log).toEqual([HEAD, ...['1', '3', '4', '5'].map(sent)])
    expect(await answered(from('1'))).toEqual([HEAD, sent('3'), sent('4'), sent('5')])
  })

  it('brings an event as it was sent', async () => {
    const { mock, answered } = setup({ replay: true })
    mock.sendText('tick', '', { id: '1' })
    mock.sendText('tick', 'a\nb', { id: '2', retry: 5, comment: 'c' })
    expect(await answered(from('1'))).toEqual([HEAD, ': c\nretry: 5\nid: 2\nevent: tick\ndata: a\ndata: b\n\n'])
  })

  it('comes before what is sent to the stream by hand', async () => {
    const { mock, ask } = setup({ replay: true })
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    const { log, all } = ask(from('1'))
    mock.send('tick', 3, { id: '3' })
    await all()
    expect(log).toEqual([HEAD, sent('2'), sent('3')])
  })

  it('is not for requests that have a script', async () => {
    const { mock, answered } = setup({ replay: true, script: [[{ comment: 'script' }]] })
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    expect(await answered(from('1'))).toEqual([HEAD, ': script\n\n'])
    expect(await answered(from('1'))).toEqual([HEAD, sent('2')])
  })

  it('is nothing that happens unasked', async () => {
    const { mock, answered } = setup()
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    expect(await answered(from('1'))).toEqual([HEAD])
  })
})

describe('introduce', () => {
  /** What `connected` and the other events of a log say, by their names. */
  const told = (log: readonly unknown[]): unknown[] =>
    log.slice(1).map((block) => {
      const [, id, name, data] = /^(?:id: (.*)\n)?(?:event: (.*)\n)?data: (.*)\n\n$/.exec(`${block}`) ?? []
      return [name, id, JSON.parse(data ?? '')]
    })
  const introduction = { v: 1, clientId: 'mock-client-1', epoch: 'mock0000', cursor: '', recovered: false, topics: [] }

  it('begins each stream that is left to the caller', async () => {
    const { mock, ask } = setup({ introduce: true })
    const { log, all } = ask()
    mock.send('tick', 1)
    await all()
    expect(told(log)).toEqual([
      ['connected', '', introduction],
      ['tick', undefined, 1],
    ])
  })

  it('says that a client was resumed from where it stopped, and gives every stream its own name', async () => {
    const { answered } = setup({ introduce: true })
    await answered()
    const told_ = told(await answered(from('7')))
    expect(told_).toEqual([
      ['connected', '7', { ...introduction, clientId: 'mock-client-2', cursor: '7', recovered: true }],
    ])
  })

  it('grants the topics that the request asks for', async () => {
    const { answered } = setup({ introduce: true })
    const [connected] = told(await answered({ query: { topics: 'a,b.*' } }))
    expect(connected).toEqual(['connected', '', { ...introduction, topics: ['a', 'b.*'] }])
  })

  it('names the topics that are none, as a hub does', async () => {
    const { answered } = setup({ introduce: true })
    const [connected] = told(await answered({ query: { topics: 'pru\u0308fung,a b' } }))
    const denied = [{ topic: 'a b', code: 'invalid', message: expect.any(String) }]
    expect(connected).toEqual(['connected', '', { ...introduction, topics: ['prüfung'], denied }])
  })

  it('introduces a stream with what the log knows: resumed with what was missed, or lost', async () => {
    const { mock, answered } = setup({ introduce: true, replay: true })
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    expect(told(await answered(from('1')))).toEqual([
      ['connected', '1', { ...introduction, cursor: '1', recovered: true }],
      ['tick', '2', 2],
    ])
    expect(told(await answered(from('9')))).toEqual([
      ['connected', '2', { ...introduction, clientId: 'mock-client-2', cursor: '2' }],
      ['gap', '2', { reason: 'unknown-cursor', requested: '9', resumedFrom: '2', topics: ['*'] }],
    ])
    expect(told(await answered())).toEqual([
      ['connected', '2', { ...introduction, clientId: 'mock-client-3', cursor: '2' }],
    ])
  })

  it('leaves a client where the replay has brought it, when a gap follows', async () => {
    const { mock, ask } = setup({ introduce: true, replay: true })
    mock.send('tick', 1, { id: '1' })
    mock.send('tick', 2, { id: '2' })
    const { log, all } = ask(from('1'))
    mock.gap()
    await all()
    expect(told(log).at(-1)).toEqual([
      'gap',
      '2',
      { reason: 'expired', requested: '2', resumedFrom: '2', topics: ['*'] },
    ])
  })

  it('is not for requests that have a script', async () => {
    const { answered } = setup({ introduce: true, script: [{ comment: 'script' }] })
    expect(await answered()).toEqual([HEAD, ': script\n\n'])
  })

  it('does not happen unasked', async () => {
    const { answered } = setup()
    expect(await answered(from('7'))).toEqual([HEAD])
  })
})

describe('what a client posts', () => {
  const post = (body: object): Partial<MockRequest> => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const ok = ['head', 200, { 'content-type': 'application/json' }]

  it('is answered, is among the requests, and is no stream', async () => {
    const { mock, ask, answered } = setup()
    ask()
    expect(await answered(post({ event: 'tick' }))).toEqual([ok, '{"id":"","delivered":1}', 'end'])
    expect(mock.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
    expect(mock.connections).toHaveLength(1)
  })

  it('confirms posted topics in the stream that has introduced itself', async () => {
    const { ask, answered } = setup({ introduce: true })
    const { log, all } = ask()
    const answer = await answered(post({ clientId: 'mock-client-1', rev: 1, all: ['a'] }))
    expect(answer).toEqual([ok, '{"rev":1,"topics":["a"],"denied":[],"cursor":""}', 'end'])
    await all()
    expect(log.at(-1)).toBe('event: subscribed\ndata: {"rev":1,"topics":["a"],"cursor":""}\n\n')
  })

  it('answers 404 to posted topics once their stream is over', async () => {
    const { mock, ask, answered } = setup({ introduce: true })
    ask()
    mock.drop()
    const [head] = await answered(post({ clientId: 'mock-client-1', rev: 1, all: ['a'] }))
    expect(head).toEqual(['head', 404, { 'content-type': 'application/json' }])
  })

  it('gets what was said by hand for the next request, so that it can be refused', async () => {
    const { mock, answered } = setup()
    mock.refuse(403)
    expect(await answered(post({ event: 'tick' }))).toEqual([['head', 403, { 'content-type': 'text/plain' }], 'end'])
  })

  it('is answered, and not with the script that is for every request', async () => {
    const { answered } = setup({ script: [{ comment: 'script' }] })
    expect(await answered(post({ event: 'tick' }))).toEqual([ok, '{"id":"","delivered":0}', 'end'])
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
