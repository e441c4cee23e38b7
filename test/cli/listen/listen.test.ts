import type { Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { listen } from '../../../cli/listen/listen.ts'
import { type Terminal, terminal } from '../terminal.ts'

const URL = 'http://localhost/events'

interface Run extends Terminal {
  /** Undefined while it runs. */
  readonly code: () => number | undefined
  readonly done: Promise<number>
}

/** Starts `headwater listen URL …argv`, and lets it come to its first rest. */
async function start(argv: readonly string[], options: Parameters<typeof terminal>[0] = {}, url = URL): Promise<Run> {
  const term = terminal(options)
  let code: number | undefined
  const done = listen([url, ...argv], term.host).then((result) => {
    code = result
    return result
  })
  done.catch(() => {})
  await term.clock.settle()
  await term.clock.settle()
  return { ...term, code: () => code, done }
}

/** A fetch that fails as Node's does. */
const failing =
  (code: string): typeof globalThis.fetch =>
  () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))

const event = (n: number): Step => ({ send: { event: n % 2 ? 'order.created' : 'tick', data: { n }, id: `${n}` } })
const END: Step = { end: true }

describe('events', () => {
  it('go to stdout, and what happens to the connection to stderr', async () => {
    const { out, err, signal, done, clock } = await start([], {
      script: [[event(1), event(2), { send: { text: 'hello' } }]],
    })
    await clock.settle()
    expect(out.lines).toEqual(['order.created #1 {"n":1}', 'tick #2 {"n":2}', 'message hello'])
    expect(err.lines).toEqual([`-- connecting to ${URL}`, '-- open, recovered: no (there was no id to resume from)'])
    signal('SIGINT')
    expect(await done).toBe(130)
  })

  it('are those that are asked for, each once though two patterns fit', async () => {
    const argv = ['-e', 'order.*', '-e', 'order.created', '-q', '--data-only']
    const { out, signal, done } = await start(argv, { script: [[event(1), event(2), event(3)]] })
    expect(out.lines).toEqual(['{"n":1}', '{"n":3}'])
    signal('SIGTERM')
    expect(await done).toBe(143)
  })

  it('are one JSON object a line', async () => {
    const { out, clock, signal } = await start(['--json'], { script: [[event(1), { send: { text: 'a\nb' } }]] })
    expect(
      out.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'order.created', data: { n: 1 }, id: '1', receivedAt: clock.now() },
      { type: 'message', data: 'a\nb', id: '1', receivedAt: clock.now() },
    ])
    signal('SIGINT')
  })

  it('calls an event invalid if its data is no JSON and JSON is asked for', async () => {
    const { out, err, signal } = await start(['--parse', 'json'], { script: [[{ send: { text: 'a' } }, event(1)]] })
    expect(out.lines).toEqual(['order.created #1 {"n":1}'])
    expect(err.lines.at(-1)).toMatch(/^-- invalid: message cannot be read: .*: a$/)
    signal('SIGINT')
  })

  it('come in colours to a terminal', async () => {
    const { out, err, signal } = await start([], { script: [[event(1)]], tty: true })
    expect(out.text).toContain('\x1b[36m"n"\x1b[39m')
    expect(err.text).toContain('\x1b[32mopen\x1b[39m')
    signal('SIGINT')
  })
})

describe('the request', () => {
  it('has what was asked for', async () => {
    const argv = ['-H', 'x-a: 1', '-X', 'PUT', '-d', '@-', '--last-event-id', '7', '-t', 'a', '-t', 'b.*']
    const { stream, err, signal } = await start(argv, { stdin: ['{"q":', '1}'] }, 'http://ada:pw@localhost/x?y=1')
    expect(stream.requests).toMatchObject([
      {
        method: 'PUT',
        url: '/x?y=1&topics=a%2Cb.*',
        lastEventId: '7',
        body: '{"q":1}',
        headers: { 'x-a': '1', 'content-type': 'application/json', authorization: `Basic ${btoa('ada:pw')}` },
      },
    ])
    expect(err.lines).toContain('-- the body is sent again at each reconnect; --once sends it once')
    expect(err.text).not.toContain('y=1')
    signal('SIGINT')
  })

  it('is refused before it is sent where it is wrong', async () => {
    const { done, stream } = await start(['-n', 'x'])
    await expect(done).rejects.toThrow(UsageError)
    expect(stream.requests).toEqual([])
  })
})

describe('a connection that is lost', () => {
  it('is made again, from where it stopped; gaps and the words of servers are told', async () => {
    const { clock, out, err, stream, signal, done } = await start([], {
      script: [
        [event(1), { wait: 1 }, { drop: true }],
        [{ refuse: { status: 503, body: 'busy' } }],
        [{ refuse: { status: 410 } }],
        [event(9)],
      ],
    })
    await clock.advance(1)
    expect(err.lines.at(-1)).toMatch(/^-- waiting 600 ms for attempt 1: network error$/)
    await clock.advance(600)
    expect(err.lines.slice(-2)).toEqual([
      '-- connecting (attempt 1)',
      '-- waiting 1.1 s for attempt 2: status 503 Service Unavailable; the server says: busy',
    ])
    await clock.advance(1100)
    expect(err.lines.slice(-3)).toEqual([
      '-- connecting (attempt 2)',
      '-- gap: refused: events were lost; asked for #1',
      '-- open, recovered: no (there was no id to resume from)',
    ])
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '1', ''])
    expect(out.lines).toEqual(['order.created #1 {"n":1}', 'order.created #9 {"n":9}'])
    signal('SIGINT')
    expect(await done).toBe(130)
    expect(err.lines.slice(-2)).toEqual(['-- closed: SIGINT', '-- resume with --last-event-id 9'])
  })

  it('is lost for good where a later answer says so', async () => {
    const { clock, err, done } = await start([], {
      script: [[event(1), { wait: 1 }, END], [{ refuse: { status: 403, body: 'go away' } }]],
    })
    // It ended after an event, so it is followed after three times `initial` and up to a fifth.
    await clock.advance(4000)
    expect(await done).toBe(1)
    expect(err.lines.slice(-2)).toEqual([
      '-- resume with --last-event-id 1',
      `headwater: ${URL}: status 403 Forbidden; the server says: go away`,
    ])
  })

  it('is noticed by its silence', async () => {
    const { clock, err, signal } = await start(['--heartbeat', '300'], { script: [[event(1), { stall: true }]] })
    await clock.advance(300)
    expect(err.lines.at(-1)).toMatch(/^-- waiting .* for attempt 1: no heartbeat$/)
    signal('SIGINT')
  })
})

describe('a first connection that cannot be made', () => {
  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ENOTFOUND', 'there is no such host'],
  ])('ends it with one line: %s', async (code, words) => {
    const { done, err, clock } = await start(['-q'], { fetch: failing(code) }, 'http://localhost:9/x?token=secret')
    expect(await done).toBe(1)
    expect(err.text).toBe(`headwater: cannot reach http://localhost:9/x: ${words}\n`)
    expect(clock.timers).toBe(0)
  })

  it.each<[what: string, step: Step, words: string]>([
    ['a 5xx', { refuse: { status: 503 } }, 'status 503 Service Unavailable'],
    ['a 404', { refuse: { status: 404 } }, 'status 404 Not Found'],
    ['a 401', { refuse: { status: 401 } }, "status 401 Unauthorized (-H 'authorization: Bearer …' signs in)"],
    [
      'another content type',
      { open: { headers: { 'content-type': 'text/html' } } },
      'content type text/html instead of text/event-stream',
    ],
  ])('ends it at the first try: %s', async (_, step, words) => {
    const { done, err, stream } = await start(['-q'], { script: [[step]] })
    expect(await done).toBe(1)
    expect(err.text).toBe(`headwater: ${URL}: ${words}\n`)
    expect(stream.requests).toHaveLength(1)
  })

  it('ends it when the headers do not come', async () => {
    const { clock, code, err } = await start(['-q', '--connect-timeout', '500'], {
      script: [[{ open: { delay: 9999 } }]],
    })
    await clock.advance(499)
    expect(code()).toBeUndefined()
    await clock.advance(1)
    expect(code()).toBe(1)
    expect(err.text).toMatch(/^headwater: .*: no response headers within 500 ms \(--connect-timeout\)/)
  })

  it('is tried again with --wait', async () => {
    const { clock, out, err, code, signal } = await start(['--wait'], {
      script: [[{ refuse: { status: 503 } }], [event(1)]],
    })
    expect(code()).toBeUndefined()
    await clock.advance(600)
    expect(out.lines).toEqual(['order.created #1 {"n":1}'])
    expect(err.lines[1]).toBe('-- waiting 600 ms for attempt 1: status 503 Service Unavailable')
    signal('SIGINT')
  })

  it('is given up with --wait too where another try would bring the same', async () => {
    const { done, stream } = await start(['--wait'], { script: [[{ refuse: { status: 403 } }]] })
    expect(await done).toBe(1)
    expect(stream.requests).toHaveLength(1)
  })
})

describe('it ends', () => {
  it('after so many events that were shown, in the middle of a chunk', async () => {
    const raw = 'id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: a\n\nid: 4\ndata: a\n\n'
    const { done, out, err, stream, clock } = await start(['-n', '2', '-g', 'a', '--data-only'], {
      script: [[{ raw }]],
    })
    expect(await done).toBe(0)
    expect(out.text).toBe('a\na\n')
    expect(err.lines.slice(-2)).toEqual(['-- closed: 2 events shown', '-- resume with --last-event-id 3'])
    expect(stream.connections).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('after so long', async () => {
    const { clock, code, err, stream } = await start(['--for', '2s'], { script: [[event(1)]] })
    await clock.advance(1999)
    expect(code()).toBeUndefined()
    await clock.advance(1)
    expect(code()).toBe(0)
    expect(err.lines.slice(-2)).toEqual(['-- closed: time is up (2 s)', '-- resume with --last-event-id 1'])
    expect([stream.connections.length, clock.timers]).toEqual([0, 0])
  })

  it.each<[what: string, argv: string[], options: Parameters<typeof terminal>[0], why: RegExp]>([
    [
      'no headers came',
      [],
      { script: [[{ open: { delay: 99_999 } }]] },
      /not open within 2 s: no response headers yet/,
    ],
    ['every try failed', ['--wait'], { fetch: failing('ECONNREFUSED') }, /not open within 2 s: connection refused$/],
  ])('ends with 1 after the time of --for if the stream was never open: %s', async (_, argv, options, why) => {
    const { clock, done, err } = await start(['--for', '2', ...argv], options)
    await clock.advance(2000)
    expect(await done).toBe(1)
    expect(err.lines.at(-1)).toMatch(why)
  })

  it('after so long or so many, whichever comes first', async () => {
    const { done, clock, err } = await start(['--for', '2s', '-n', '1'], { script: [[event(1)]] })
    expect(await done).toBe(0)
    expect(err.text).toContain('closed: 1 event shown')
    expect(clock.timers).toBe(0)
  })

  it('ends with 0 when the server answers 204', async () => {
    const { done, err } = await start([], { script: [[{ refuse: { status: 204 } }]] })
    expect(await done).toBe(0)
    expect(err.lines.at(-1)).toBe('-- closed: status 204: there is nothing more')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends when the signal %s comes, and listens for no other', async (name, code) => {
    const term = await start(['-q'])
    expect(term.listeners()).toBe(1)
    term.signal(name)
    expect(await term.done).toBe(code)
    expect([term.listeners(), term.clock.timers, term.err.text]).toEqual([0, 0, ''])
  })

  it('without a word when the reader of the pipe has ended', async () => {
    const { out, err, done, clock, stream } = await start([], { script: [[event(1)]] })
    const before = err.text
    out.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await clock.settle()
    expect(await done).toBe(0)
    expect(err.text).toBe(before)
    expect(stream.connections).toEqual([])
  })

  it('ends with 1 when stdout cannot be written for a reason other than a closed pipe', async () => {
    const { out, err, done } = await start(['-q'])
    out.destroy(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
    expect(await done).toBe(1)
    expect(err.text).toBe('headwater: cannot write to stdout: no space left\n')
  })
})

describe('when its notices cannot be written', () => {
  it('ends if the reader of its notices has ended', async () => {
    const { err, done, stream } = await start([], { script: [[event(1)]] })
    err.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect(await done).toBe(0)
    expect(stream.connections).toEqual([])
  })

  it('it goes on with the events otherwise', async () => {
    const { err, out, stream, clock, code, signal, done } = await start([], { script: [[event(1)]] })
    err.destroy(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
    await stream.send('tick', 2)
    await clock.settle()
    expect(code()).toBeUndefined()
    expect(out.lines).toEqual(['order.created #1 {"n":1}', 'tick 2'])
    signal('SIGINT')
    expect(await done).toBe(130)
  })
})

describe('what is no event', () => {
  it('is told of, as the blank line lacks', async () => {
    const { clock, err, out, signal } = await start([], { script: [[{ raw: 'data: 1\n' }, { stall: true }]] })
    await clock.advance(2000)
    expect(out.text).toBe('')
    expect(err.lines.at(-1)).toBe(
      '-- unfinished: an event has begun and does not end: data: 1; a blank line ends an event',
    )
    signal('SIGINT')
  })

  it('is not waited for when it ends', async () => {
    const { clock, done, signal } = await start([], { script: [[{ raw: 'data: 1\n' }, { stall: true }]] })
    signal('SIGINT')
    await done
    expect(clock.timers).toBe(0)
  })

  it('is told of when the response ends', async () => {
    const { done, err, out } = await start(['--once'], { script: [[{ raw: 'data: 1\n\ndata: 2\n' }, END]] })
    expect(await done).toBe(0)
    expect(out.lines).toEqual(['message 1'])
    expect(err.lines.at(-2)).toMatch(/^-- unfinished: the stream ended in the middle of an event, .*: data: 2;/)
  })
})

describe('events that are sent again', () => {
  it('are told of, and counted apart', async () => {
    const { clock, err, out, signal, done } = await start(['--stats'], {
      script: [
        [event(1), event(2), { wait: 1 }, END],
        [event(1), event(2), event(3)],
      ],
    })
    await clock.advance(5000)
    expect(out.lines).toEqual(['order.created #1 {"n":1}', 'tick #2 {"n":2}', 'order.created #3 {"n":3}'])
    expect(err.lines.slice(-2)).toEqual([
      '-- recovered: unknown (asked for #2, the server does not say)',
      '-- sent again: #1, which came before; repeats are shown only with -v',
    ])
    signal('SIGINT')
    await done
    expect(err.lines).toContain('events           3 (0.6 per second)')
    expect(err.lines).toContain('sent again       2, not counted as events')
  })
})

describe('once', () => {
  it('ends with 0 when the response does', async () => {
    const { done, err, out, stream } = await start(['--once', '-d', 'hi'], { script: [[event(1), END]] })
    expect(await done).toBe(0)
    expect(out.lines).toEqual(['order.created #1 {"n":1}'])
    // Complete: there is nothing to go on from, and nothing that would be sent again.
    expect(err.lines.at(-1)).toBe('-- closed: the response is complete')
    expect(err.text).not.toContain('sent again')
    expect(stream.requests).toHaveLength(1)
  })

  it('says where to go on from where it was not let to its end', async () => {
    const { done, err } = await start(['--once', '-n', '1'], { script: [[event(1), event(2), END]] })
    expect(await done).toBe(0)
    expect(err.lines.at(-1)).toBe('-- resume with --last-event-id 1')
  })

  it('ends with 1 when the line breaks, though there is an id to resume from', async () => {
    const { done, err, stream, clock } = await start(['--once'], { script: [[event(1), { wait: 1 }, { drop: true }]] })
    await clock.advance(60_000)
    expect(await done).toBe(1)
    expect(stream.requests).toHaveLength(1)
    expect(err.lines.slice(-2)).toEqual(['-- resume with --last-event-id 1', `headwater: ${URL}: network error`])
  })
})

describe('once, where a client would send its request again', () => {
  it('reads on after a goodbye, to the end of the response', async () => {
    const script: Step[] = [{ introduce: {} }, event(1), { goodbye: 1000 }, { wait: 5000 }, event(2), END]
    const { clock, code, done, out, stream } = await start(['--once', '-q'], { script: [script] })
    await clock.advance(4999)
    expect(code()).toBeUndefined()
    await clock.advance(1)
    expect(await done).toBe(0)
    expect(out.lines).toEqual(['order.created #1 {"n":1}', 'tick #2 {"n":2}'])
    expect(stream.requests).toHaveLength(1)
  })

  it('ends with 1 when the server does not accept the last event id', async () => {
    const { done, err, stream } = await start(['--once', '--last-event-id', '7'], {
      script: [[{ refuse: { status: 410, body: 'too old' } }]],
    })
    expect(await done).toBe(1)
    expect(err.lines.at(-1)).toBe(`headwater: ${URL}: status 410 Gone; the server says: too old`)
    expect(err.text).not.toContain('gap')
    expect(stream.requests).toHaveLength(1)
  })

  it('ends with 1 when the stream is silent after a sleep of the machine', async () => {
    const { clock, done, err, stream } = await start(['--once'], { script: [[event(1)]] })
    await clock.sleep(60_000)
    await clock.advance(1000)
    expect(await done).toBe(1)
    expect(err.lines.at(-1)).toBe(`headwater: ${URL}: silent after a sleep, and --once sends the request only once`)
    expect(stream.requests).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })
})

describe('--verbose', () => {
  it('tells of all that passes', async () => {
    const script: Step[] = [{ comment: 'hi' }, { retry: 500 }, event(1), { raw: 'id: 2\n\n' }, { wait: 1 }, END]
    const { clock, err, signal } = await start(['-v', '-H', 'authorization: Bearer abc'], {
      script: [script, [event(1), event(3)]],
    })
    await clock.advance(1)
    expect(err.lines).toEqual([
      `-- connecting to ${URL}`,
      `> GET ${URL}`,
      '> accept: text/event-stream',
      '> authorization: Bearer [not shown]',
      '< 200',
      '< cache-control: no-store',
      '< content-type: text/event-stream',
      '-- open, recovered: no (there was no id to resume from)',
      '< comment: hi',
      '< retry: 500 ms',
      '< id without an event: #2',
      '< the end of the response',
      '-- waiting 550 ms for attempt 1: stream ended',
    ])
    await clock.advance(550)
    expect(err.lines.slice(-5)).toEqual([
      '< content-type: text/event-stream',
      '-- open, asked for #2',
      '-- recovered: unknown (asked for #2, the server does not say)',
      '-- sent again: #1, which came before; repeats are shown only with -v',
      '< sent again, not shown: order.created #1 {"n":1}',
    ])
    signal('SIGINT')
  })
})

describe('--stats', () => {
  it('counts what came, shown or not, with --quiet too', async () => {
    const { clock, signal, done, err } = await start(['--stats', '-q', '-e', 'tick'], {
      script: [[event(1), { wait: 500 }, event(2), { comment: '' }, { wait: 500 }, END], [event(3)]],
    })
    await clock.advance(5000)
    signal('SIGINT')
    expect(await done).toBe(130)
    expect(err.text).toBe(
      `
duration         5 s
events           3 (0.6 per second), 1 shown
  order.created  2
  tick           1
bytes of data    21
longest silence  3.8 s between two events
heartbeats       1
connections      2 opened, open for 1.7 s
retries          1
gaps             0
last event id    3
`.slice(1),
    )
  })
})

describe('a slow reader', () => {
  it('holds the stream up, is no dead line, and loses nothing', async () => {
    const { out, err, stream, clock, signal, done } = await start(['--data-only', '--heartbeat', '1000'])
    out.holds = true
    const connection = await stream.connected()
    const long = 'x'.repeat(200)
    for (let n = 0; n < 10; n++) connection.sendText('tick', `${n}${long}`)
    await clock.advance(10_000)
    // The first has gone to the reader, and waits there; of the others none has been read.
    expect(out.text).toBe(`0${long}\n`)
    expect(out.writableLength).toBe(long.length + 2)
    expect(err.lines).toHaveLength(2)
    out.holds = false
    out.held?.()
    await clock.settle()
    await clock.settle()
    expect(out.lines).toEqual(Array.from({ length: 10 }, (_, n) => `${n}${long}`))
    signal('SIGINT')
    await done
    expect(clock.timers).toBe(0)
  })

  it('is not told of an event that lacks its end since nothing is read', async () => {
    const { out, err, stream, clock, signal, done } = await start(['--data-only'])
    out.holds = true
    const connection = await stream.connected()
    connection.raw(`data: ${'x'.repeat(200)}\n\ndata: ha`)
    connection.raw('lf\n\n')
    await clock.advance(10_000)
    expect(err.text).not.toContain('unfinished')
    out.holds = false
    out.held?.()
    await clock.advance(10_000)
    expect(out.lines).toEqual(['x'.repeat(200), 'half'])
    expect(err.text).not.toContain('unfinished')
    signal('SIGINT')
    await done
  })

  it('can be left', async () => {
    const { out, stream, clock, signal, done } = await start(['--data-only'])
    out.holds = true
    const connection = await stream.connected()
    for (let n = 0; n < 10; n++) connection.sendText('tick', 'x'.repeat(200))
    await clock.advance(1000)
    signal('SIGINT')
    expect(await done).toBe(130)
    await clock.settle()
    expect([stream.connections.length, clock.timers]).toEqual([0, 0])
  })
})
