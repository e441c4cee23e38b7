import fc from 'fast-check'
import type { Introduction, MockRequest } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { Exchange } from '../../../testing/mock/exchange.ts'
import { HEAD, REQUEST, recordingWire, settle, watch } from '../../support/mock-wire.ts'

const INTRODUCTION: Introduction = {
  v: 1,
  clientId: 'c1',
  epoch: 'mock0000',
  cursor: '',
  recovered: false,
  topics: ['orders'],
}

function setup(request: Partial<MockRequest> = {}, introduction: Partial<Introduction> = {}) {
  const host = recordingWire()
  const events = { opened: vi.fn(), ending: vi.fn(), nextId: () => undefined, sent: vi.fn() }
  const connection = new Exchange({ ...REQUEST, ...request }, host.wire, { ...INTRODUCTION, ...introduction }, events)
  /** What was written after the headers, when all is on its way. */
  const written = async (): Promise<unknown[]> => {
    await host.all()
    return host.log.slice(1)
  }
  return { ...host, events, connection, written }
}

const CONNECTED =
  'id: \nevent: connected\ndata: {"v":1,"clientId":"c1","epoch":"mock0000","cursor":"","recovered":false,"topics":["orders"]}\n\n'

describe('an action', () => {
  it.each<[what: string, act: (connection: Exchange) => Promise<void>, written: readonly unknown[]]>([
    ['send()', (to) => to.send('tick', { n: 1 }), ['event: tick\ndata: {"n":1}\n\n']],
    [
      'send() with id, retry and comment',
      (to) => to.send('tick', [1], { id: '1', retry: 50, comment: 'a\nb' }),
      [': a\n: b\nretry: 50\nid: 1\nevent: tick\ndata: [1]\n\n'],
    ],
    ['send() of null', (to) => to.send('tick', null), ['event: tick\ndata: null\n\n']],
    ['send() of a text, which is JSON', (to) => to.send('tick', 'a\nb'), ['event: tick\ndata: "a\\nb"\n\n']],
    ['send() without data', (to) => to.send('tick'), ['event: tick\ndata: \n\n']],
    ['send() of a message, which needs no name', (to) => to.send('message', 1), ['data: 1\n\n']],
    ['sendText()', (to) => to.sendText('tick', 'a\nb', { id: '' }), ['id: \nevent: tick\ndata: a\ndata: b\n\n']],
    ['comment()', (to) => to.comment(), [': \n\n']],
    ['comment() with a text', (to) => to.comment('beat'), [': beat\n\n']],
    ['retry()', (to) => to.retry(10), ['retry: 10\n\n']],
    ['raw() of text', (to) => to.raw('da', 'ta: ж'), ['da', 'ta: ж']],
    ['raw() of bytes', (to) => to.raw(new Uint8Array([100, 97])), ['da']],
    ['raw() of a part of bytes', (to) => to.raw(new Uint8Array([1, 100, 97, 2]).subarray(1, 3)), ['da']],
    ['end()', (to) => to.end(), ['end']],
    ['introduce()', (to) => to.introduce(), [CONNECTED]],
    [
      'introduce() with words of its own',
      (to) => to.introduce({ recovered: true, cursor: 'a-1', heartbeatMs: 5000 }),
      [
        'id: a-1\nevent: connected\ndata: {"v":1,"clientId":"c1","epoch":"mock0000","cursor":"a-1","recovered":true,"topics":["orders"],"heartbeatMs":5000}\n\n',
      ],
    ],
    [
      'gap(), which introduces itself',
      (to) => to.gap(),
      [CONNECTED, 'id: \nevent: gap\ndata: {"reason":"expired","requested":"","resumedFrom":"","topics":["*"]}\n\n'],
    ],
    [
      'gap() with words of its own',
      (to) => to.gap({ reason: 'epoch', resumedFrom: 'b-1', topics: ['a'] }),
      [
        CONNECTED,
        'id: b-1\nevent: gap\ndata: {"reason":"epoch","requested":"","resumedFrom":"b-1","topics":["a"]}\n\n',
      ],
    ],
    [
      'goodbye(), which introduces itself',
      (to) => to.goodbye(),
      [CONNECTED, 'event: goodbye\ndata: {"reconnectInMs":0}\n\n'],
    ],
    ['goodbye() with a time', (to) => to.goodbye(500), [CONNECTED, 'event: goodbye\ndata: {"reconnectInMs":500}\n\n']],
  ])('%s opens the stream and writes its bytes', async (_, act, bytes) => {
    const { connection, log, written } = setup()
    const done = watch(act(connection))
    expect(await written()).toEqual(bytes)
    expect(log[0]).toEqual(HEAD)
    expect(done).toEqual(['resolved'])
  })

  it('drop() sends no headers, if there were none', async () => {
    const { connection, log, events } = setup()
    await connection.drop()
    expect(log).toEqual(['destroy'])
    expect(events.opened).not.toHaveBeenCalled()
  })

  it('resolves when the client has dealt with it, and not before it is on its way', async () => {
    const { connection, wire, next } = setup()
    let handled = (): void => {}
    wire.settle = () => new Promise((resolve) => (handled = resolve))
    const done = watch(connection.send('tick', 1))
    await settle()
    handled()
    await settle()
    expect(done).toEqual([])
    await next()
    handled()
    await settle()
    expect(done).toEqual(['resolved'])
  })

  it('copies bytes, which the caller may use again at once', async () => {
    const { connection, written } = setup()
    const bytes = new Uint8Array([97])
    connection.raw('first', bytes)
    bytes[0] = 98
    connection.raw(bytes)
    expect(await written()).toEqual(['first', 'a', 'b'])
  })

  it.each<[what: string, act: (connection: Exchange) => unknown, said: string]>([
    ['a function as data', (to) => to.send('tick', () => 1), 'data cannot be sent as JSON: it is a function'],
    ['a symbol as data', (to) => to.send('tick', Symbol('a')), 'data cannot be sent as JSON: it is a symbol'],
    ['a BigInt as data', (to) => to.send('tick', 1n), 'data cannot be sent as JSON: TypeError'],
    ['a name with a line end', (to) => to.send('a\nb', 1), 'event has a line end or NUL in it'],
    ['an id with NUL', (to) => to.send('a', 1, { id: '\0' }), 'id has a line end or NUL in it'],
    ['half a millisecond', (to) => to.retry(0.5), 'retry expects a whole number of milliseconds, got 0.5'],
    ['a number as bytes', (to) => to.raw(5 as unknown as string), 'raw() expects text or bytes, got 5'],
  ])('refuses at once what cannot be sent: %s', async (_, act, said) => {
    const { connection, log } = setup()
    expect(() => act(connection)).toThrow(said)
    await settle()
    expect(log).toEqual([])
  })
})

describe('what is sent', () => {
  it('goes out one after the other, however slow the wire is', async () => {
    const { connection, log, next } = setup()
    connection.raw('a', 'b')
    connection.send('message', 1)
    connection.end()
    await settle()
    expect(log).toEqual([HEAD, 'a'])
    await next()
    expect(log).toEqual([HEAD, 'a', 'b'])
    await next()
    await next()
    expect(log).toEqual([HEAD, 'a', 'b', 'data: 1\n\n', 'end'])
  })

  it('is told to its mock if it has an id, with all that the event had', () => {
    const { connection, events } = setup()
    connection.send('tick', 1)
    connection.send('tick', 2, { id: '' })
    connection.send('tick', { n: 3 }, { id: '7', retry: 5 })
    expect(events.sent.mock.calls).toEqual([[{ type: 'tick', text: '{"n":3}', options: { id: '7', retry: 5 } }]])
  })
})

describe('headers', () => {
  it('take the place of the usual ones, whatever the case of their names', () => {
    const { connection, log } = setup()
    connection.open({ 'Content-Type': 'text/html', 'X-SSE-Heartbeat': '5' })
    expect(log).toEqual([
      ['head', 200, { 'content-type': 'text/html', 'cache-control': 'no-store', 'x-sse-heartbeat': '5' }],
    ])
  })

  it('go out once: what opens an open stream does nothing', () => {
    const { connection, log, events } = setup()
    connection.open()
    connection.open({ late: '1' })
    connection.respond({ status: 500 })
    expect(log).toEqual([HEAD])
    expect(events.opened).toHaveBeenCalledTimes(1)
  })
})

describe('respond()', () => {
  it('answers with something else, and is no stream', async () => {
    const { connection, log, all, events } = setup()
    connection.respond({ status: 503, headers: { 'Content-Type': 'application/json' }, body: '{}' })
    await all()
    expect(log).toEqual([['head', 503, { 'content-type': 'application/json' }], '{}', 'end'])
    expect(events.opened).not.toHaveBeenCalled()
    expect(connection.isOver).toBe(true)
  })
})

describe('introduce()', () => {
  it.each<[what: string, act: (connection: Exchange) => unknown]>([
    ['an event', (to) => to.send('tick')],
    ['bytes', (to) => to.raw(': \n\n')],
    ['itself', (to) => to.introduce()],
  ])('is refused behind %s, as a client looks at the first event alone', (_, act) => {
    const { connection } = setup()
    act(connection)
    expect(() => connection.introduce()).toThrow(new Error('introduce() must come first on its connection'))
  })

  it('may come behind comments and retry fields, which are no events', async () => {
    const { connection, written } = setup()
    connection.comment('hello')
    connection.retry(5)
    connection.introduce()
    expect(await written()).toEqual([': hello\n\n', 'retry: 5\n\n', CONNECTED])
    expect(connection.introduction).toEqual(INTRODUCTION)
  })
})

describe('gap() and goodbye()', () => {
  it.each(['gap', 'goodbye'] as const)('%s() introduces itself once', async (name) => {
    const { connection, written } = setup()
    connection[name]()
    connection[name]()
    connection.send('tick', 1)
    const blocks = await written()
    expect(blocks).toHaveLength(4)
    expect(blocks.filter((block) => `${block}`.includes('event: connected'))).toEqual([CONNECTED])
  })

  it.each(['gap', 'goodbye'] as const)('%s() says what is wrong where no client would believe it', async (name) => {
    const { connection, written } = setup()
    connection.send('tick', 1)
    expect(() => connection[name]()).toThrow(
      `${name}() means something only on a stream that begins with introduce(), and this one has begun without`,
    )
    expect(await written()).toHaveLength(1)
  })

  it.each<[what: string, before: (connection: Exchange) => unknown, requested: string, resumedFrom: string]>([
    ['came with', () => {}, '7', '7'],
    ['was told when it was introduced to', (to) => to.introduce({ cursor: '9' }), '7', '9'],
    ['was sent', (to) => [to.introduce(), to.send('tick', 1, { id: '12' })], '12', '12'],
    ['had before an event without one', (to) => [to.introduce(), to.send('a', 1, { id: '2' }), to.send('a')], '2', '2'],
    ['was sent away from', (to) => [to.introduce(), to.send('tick', 1, { id: '' })], '', ''],
    ['was moved to by the last gap', (to) => to.gap({ resumedFrom: '20' }), '20', '20'],
  ])('a gap leaves the client at the id that it %s', async (_, before, requested, resumedFrom) => {
    const { connection, written } = setup({ lastEventId: '7' }, { cursor: '7' })
    before(connection)
    connection.gap()
    const notice = JSON.stringify({ reason: 'expired', requested, resumedFrom, topics: ['*'] })
    expect((await written()).at(-1)).toBe(`id: ${resumedFrom}\nevent: gap\ndata: ${notice}\n\n`)
  })
})

describe('subscribed()', () => {
  it('confirms a change in the stream, and says where that stands', async () => {
    const { connection, written } = setup()
    connection.introduce()
    connection.send('tick', 1, { id: '3' })
    expect(connection.subscribed(2, ['a', 'b'])).toBe('3')
    expect((await written()).at(-1)).toBe('event: subscribed\ndata: {"rev":2,"topics":["a","b"],"cursor":"3"}\n\n')
    expect(connection.introduction?.topics).toEqual(['a', 'b'])
  })
})

describe('stall()', () => {
  it('lets through what was sent before, and not a byte after it', async () => {
    const { connection, log, all } = setup()
    connection.raw('before')
    const stalled = watch(connection.stall())
    const sent = watch(connection.raw('after'))
    await all()
    expect(log).toEqual([HEAD, 'before'])
    expect([stalled, sent]).toEqual([['resolved'], ['resolved']])
    expect(connection.isOver).toBe(false)
  })

  it.each(['end', 'drop'] as const)('can still be ended by %s()', async (how) => {
    const { connection, log, all } = setup()
    connection.stall()
    connection[how]()
    await all()
    expect(log).toEqual([HEAD, how === 'end' ? 'end' : 'destroy'])
    await connection.closed
  })
})

describe('the end', () => {
  it.each(['end', 'drop'] as const)(
    'by %s() counts at once, and comes when all before it is on its way',
    async (how) => {
      const { connection, log, events, next } = setup()
      connection.raw('a')
      const closed = watch(connection.closed)
      const done = watch(connection[how]())
      expect(events.ending).toHaveBeenCalledTimes(1)
      await settle()
      expect([closed, done, connection.isOver]).toEqual([[], [], false])
      await next()
      expect([closed, done, connection.isOver]).toEqual([['resolved'], ['resolved'], true])
      expect(log.at(-1)).toBe(how === 'end' ? 'end' : 'destroy')
    },
  )

  it('comes at once when the client goes, with what is still on its way', async () => {
    const { connection, log, next } = setup()
    connection.raw('a', 'b')
    await settle()
    connection.clientLeft()
    await connection.closed
    await next()
    expect(log).toEqual([HEAD, 'a'])
  })

  it('is only one, whichever side ends it first', async () => {
    const { connection, log, events } = setup()
    connection.open()
    connection.drop()
    connection.clientLeft()
    await connection.end()
    await connection.drop()
    connection.clientLeft()
    expect(log).toEqual([HEAD])
    expect(events.ending).toHaveBeenCalled()
  })

  it('lets nothing open what was told to break before its headers', async () => {
    const { connection, log, events } = setup()
    connection.drop()
    connection.open()
    connection.respond({ status: 500 })
    connection.send('tick', 1)
    connection.end()
    await settle()
    expect(log).toEqual(['destroy'])
    expect(events.opened).not.toHaveBeenCalled()
  })

  it('makes every later action do nothing, and resolve', async () => {
    const { connection, log } = setup()
    await connection.end()
    const before = [...log]
    await Promise.all([
      connection.introduce(),
      connection.gap(),
      connection.goodbye(),
      connection.send('tick', 1),
      connection.raw('a'),
      connection.comment(),
      connection.stall(),
      connection.end(),
      connection.drop(),
    ])
    expect(log).toEqual(before)
  })
})

describe('whatever is done, in whatever order', () => {
  type Act = 'raw' | 'stall' | 'end' | 'drop' | 'clientLeft' | 'wire'
  const acts = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Act>('raw') },
      { weight: 4, arbitrary: fc.constant<Act>('wire') },
      { weight: 1, arbitrary: fc.constantFrom<Act>('stall', 'end', 'drop', 'clientLeft') },
    ),
    { maxLength: 20 },
  )

  it('the order is kept, and nothing is sent after a stall or the end', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (sequence) => {
        const { connection, log, next, all } = setup()
        connection.open()
        const expected: unknown[] = [HEAD]
        let [stalled, over] = [false, false]
        for (const [n, act] of sequence.entries()) {
          if (act === 'wire') await next()
          else if (act === 'raw') connection.raw(`${n}`)
          else connection[act]()
          if (act === 'raw' && !stalled && !over) expected.push(`${n}`)
          if (act === 'end' && !over) expected.push('end')
          if (act === 'drop' && !over) expected.push('destroy')
          stalled ||= act === 'stall'
          over ||= act === 'end' || act === 'drop' || act === 'clientLeft'
        }
        await all()
        // A client that goes takes along what was on its way to it.
        if (sequence.includes('clientLeft')) expect(log).toEqual(expected.slice(0, log.length))
        else expect(log).toEqual(expected)
        expect(connection.isOver).toBe(over)
      }),
    )
  })
})
