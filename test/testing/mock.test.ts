import { createClock, type MockRequest, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createMock as create, type MockCore, type Wire } from '../../testing/mock.ts'

const REQUEST: MockRequest = {
  method: 'GET',
  url: '/',
  path: '/',
  query: {},
  headers: {},
  lastEventId: '',
  body: '',
  at: 0,
}

const createMock = (script?: Step[][]): MockCore<Record<string, unknown>> => create(script)

/** What a host was told, in order. `write` and `wait` finish when the test says so. */
function recordingWire() {
  const log: unknown[] = []
  const pending: (() => void)[] = []
  const decoder = new TextDecoder()
  const later = (): Promise<void> => new Promise((resolve) => pending.push(resolve))
  const wire: Wire = {
    head: (status, headers) => log.push(['head', status, headers]),
    write(chunk) {
      log.push(decoder.decode(chunk))
      return later()
    },
    end: () => log.push('end'),
    destroy: () => log.push('destroy'),
    wait(ms) {
      log.push(['wait', ms])
      return later()
    },
  }
  /** Lets the wire finish one thing. */
  async function next(): Promise<void> {
    pending.shift()?.()
    await settle()
  }
  /** Lets it finish all that comes. */
  async function all(): Promise<void> {
    await settle()
    while (pending.length) await next()
  }
  return { wire, log, next, all }
}

const { settle } = createClock()
const HEAD = ['head', 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }]

/** What a script makes of one request. */
async function play(...steps: Step[]): Promise<unknown[]> {
  const { answer } = createMock([steps])
  const { wire, log, all } = recordingWire()
  answer(REQUEST, wire)
  await all()
  return log
}

describe('a request', () => {
  it('is answered with an open stream, which is left to the caller', async () => {
    const { mock, answer } = createMock()
    const { wire, log, all } = recordingWire()
    answer(REQUEST, wire)
    expect(log).toEqual([HEAD])
    const [connection] = mock.connections
    connection?.send('tick', { n: 1 }, { id: '1', retry: 50 })
    connection?.send('tick')
    connection?.sendText('tick', 'a\nb')
    connection?.comment()
    connection?.comment('beat')
    connection?.retry(10)
    connection?.raw('da', new Uint8Array([116, 97]))
    connection?.end()
    await all()
    expect(log.slice(1)).toEqual([
      'retry: 50\nid: 1\nevent: tick\ndata: {"n":1}\n\n',
      'event: tick\ndata: \n\n',
      'event: tick\ndata: a\ndata: b\n\n',
      ': \n\n',
      ': beat\n\n',
      'retry: 10\n\n',
      'da',
      'ta',
      'end',
    ])
    expect(mock.requests).toEqual([REQUEST])
  })

  it('gets its chunks one after the other, however slow the wire is', async () => {
    const { mock, answer } = createMock()
    const { wire, log, next } = recordingWire()
    answer(REQUEST, wire)
    mock.raw('a', 'b')
    mock.end()
    await settle()
    expect(log).toEqual([HEAD, 'a'])
    await next()
    expect(log).toEqual([HEAD, 'a', 'b'])
    await next()
    expect(log).toEqual([HEAD, 'a', 'b', 'end'])
  })

  it('is told nothing more once the client has gone', async () => {
    const { mock, answer } = createMock([[{ wait: 10 }, { send: { data: 1 } }]])
    const { wire, log, all } = recordingWire()
    const gone = answer(REQUEST, wire)
    await settle()
    gone()
    await all()
    expect(log).toEqual([['wait', 10]])
    expect(mock.connections).toHaveLength(0)
  })
})

describe('a script', () => {
  it.each<[what: string, steps: Step[], log: unknown[]]>([
    ['nothing, which opens a stream', [], [HEAD]],
    [
      'open, with more headers and with others',
      [{ open: { headers: { 'x-sse-heartbeat': '5', 'content-type': 'text/html' } } }],
      [['head', 200, { ...(HEAD[2] as object), 'x-sse-heartbeat': '5', 'content-type': 'text/html' }]],
    ],
    ['open with a delay', [{ open: { delay: 20 } }], [['wait', 20], HEAD]],
    [
      'send with data',
      [{ send: { event: 'tick', data: null, id: '1' } }],
      [HEAD, 'id: 1\nevent: tick\ndata: null\n\n'],
    ],
    ['send with text', [{ send: { text: 'a' } }], [HEAD, 'data: a\n\n']],
    ['send with neither', [{ send: { event: 'tick' } }], [HEAD, 'event: tick\ndata: \n\n']],
    ['comment', [{ comment: 'x' }], [HEAD, ': x\n\n']],
    ['retry', [{ retry: 5 }], [HEAD, 'retry: 5\n\n']],
    ['raw', [{ raw: 'a' }, { raw: ['b', 'c'] }, { raw: new Uint8Array([100]) }], [HEAD, 'a', 'b', 'c', 'd']],
    [
      'wait',
      [{ send: { data: 1 } }, { wait: 30 }, { send: { data: 2 } }],
      [HEAD, 'data: 1\n\n', ['wait', 30], 'data: 2\n\n'],
    ],
    ['wait before anything, which holds the headers back', [{ wait: 30 }], [['wait', 30], HEAD]],
    ['drop before the headers', [{ drop: true }], ['destroy']],
    ['drop later', [{ raw: 'da' }, { drop: true }], [HEAD, 'da', 'destroy']],
    ['end', [{ end: true }], [HEAD, 'end']],
    ['steps after the end, which are not taken', [{ end: true }, { send: { data: 1 } }, { wait: 5 }], [HEAD, 'end']],
    [
      'stall, after which not a byte is sent',
      [{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }],
      [HEAD, 'data: 1\n\n'],
    ],
    ['refuse', [{ refuse: { status: 503 } }], [['head', 503, { 'content-type': 'text/plain' }], 'end']],
    [
      'refuse with headers and a body',
      [{ refuse: { status: 200, headers: { 'content-type': 'text/html' }, body: 'hi' } }],
      [['head', 200, { 'content-type': 'text/html' }], 'hi', 'end'],
    ],
    [
      'refuse after a wait',
      [{ wait: 5 }, { refuse: { status: 500 } }],
      [['wait', 5], ['head', 500, { 'content-type': 'text/plain' }], 'end'],
    ],
    ['redirect', [{ redirect: '/b' }], [['head', 307, { 'content-type': 'text/plain', location: '/b' }], 'end']],
    [
      'redirect with its status',
      [{ redirect: '/b', status: 301 }],
      [['head', 301, { 'content-type': 'text/plain', location: '/b' }], 'end'],
    ],
  ])('takes %s', async (_, steps, log) => {
    expect(await play(...steps)).toEqual(log)
  })

  it('is meant for one request: the first for the first, and later ones are left to the caller', async () => {
    const { mock, answer } = createMock([[{ refuse: { status: 500 } }], [{ comment: 'second' }]])
    mock.script({ comment: 'third' })
    const logs = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const { wire, log, all } = recordingWire()
        answer(REQUEST, wire)
        await all()
        return log
      }),
    )
    expect(logs.map((log) => log[1])).toEqual(['end', ': second\n\n', ': third\n\n', undefined])
  })
})

it('a script that cannot be carried out breaks the connection, and says why', async () => {
  const { answer } = createMock([[{ open: {} }]])
  const { wire, log } = recordingWire()
  const unhandled: unknown[] = []
  const listen = (error: unknown): void => void unhandled.push(error)
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
  const head = (): never => {
    throw new TypeError('no such header')
  }
  answer(REQUEST, { ...wire, head })
  await settle()
  process.off('unhandledRejection', listen)
  for (const other of others) process.on('unhandledRejection', other)
  expect(log).toEqual(['destroy'])
  expect(unhandled).toEqual([new TypeError('no such header')])
})

describe('refuse()', () => {
  it('refuses the next request, or so many', async () => {
    const { mock, answer } = createMock()
    mock.refuse(503, { times: 2, headers: { 'retry-after': '1' }, body: 'no' })
    mock.refuse(404)
    const hosts = [1, 2, 3, 4].map(() => recordingWire())
    for (const { wire } of hosts) answer(REQUEST, wire)
    await settle()
    const refusal = ['head', 503, { 'content-type': 'text/plain', 'retry-after': '1' }]
    expect(hosts.map(({ log }) => log[0])).toEqual([
      refusal,
      refusal,
      ['head', 404, { 'content-type': 'text/plain' }],
      HEAD,
    ])
  })
})

describe('stall()', () => {
  it('keeps the connection among the open ones, and can still be ended', async () => {
    const { mock, answer } = createMock()
    const { wire, log, all } = recordingWire()
    answer(REQUEST, wire)
    mock.stall()
    mock.send('tick', 1)
    await all()
    expect(log).toEqual([HEAD])
    expect(mock.connections).toHaveLength(1)
    mock.drop()
    await all()
    expect(log).toEqual([HEAD, 'destroy'])
    expect(mock.connections).toHaveLength(0)
  })
})

describe('connections', () => {
  it('are those that are open, oldest first, and can all be reached at once', async () => {
    const { mock, answer } = createMock()
    const hosts = ['/a', '/b', '/c'].map((path) => {
      const host = recordingWire()
      return { ...host, gone: answer({ ...REQUEST, path }, host.wire) }
    })
    const paths = (): string[] => mock.connections.map(({ request }) => request.path)
    expect(paths()).toEqual(['/a', '/b', '/c'])
    hosts[1]?.gone()
    expect(paths()).toEqual(['/a', '/c'])
    mock.send('tick', 1)
    mock.connections[0]?.sendText('only', 'a')
    mock.end()
    for (const { all } of hosts) await all()
    expect(hosts.map(({ log }) => log.slice(1))).toEqual([
      ['event: tick\ndata: 1\n\n', 'event: only\ndata: a\n\n', 'end'],
      [],
      ['event: tick\ndata: 1\n\n', 'end'],
    ])
    expect(paths()).toEqual([])
  })

  it('do not count what is refused, or has no headers yet', async () => {
    const { mock, answer } = createMock([[{ refuse: { status: 500 } }], [{ open: { delay: 10 } }]])
    const hosts = [recordingWire(), recordingWire()]
    for (const { wire } of hosts) answer(REQUEST, wire)
    expect(mock.connections).toHaveLength(0)
    for (const { all } of hosts) await all()
    expect(mock.connections).toHaveLength(1)
  })

  it.each(['end', 'drop', 'gone'] as const)('resolve closed when they are over by %s', async (how) => {
    const { mock, answer } = createMock()
    const gone = answer(REQUEST, recordingWire().wire)
    const { closed, end, drop } = await mock.connected()
    let over = false
    void closed.then(() => {
      over = true
    })
    await settle()
    expect(over).toBe(false)
    const act = { end, drop, gone }
    act[how]()
    await closed
    expect(mock.connections).toHaveLength(0)
  })
})

describe('connected()', () => {
  it('resolves with the stream that is open, or else with the next, for all who wait', async () => {
    const { mock, answer } = createMock()
    const waiting = [mock.connected(), mock.connected()]
    answer(REQUEST, recordingWire().wire)
    const [first] = mock.connections
    expect(first).toBeDefined()
    expect(await Promise.all([...waiting, mock.connected()])).toEqual([first, first, first])
  })
})
