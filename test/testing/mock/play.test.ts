import type { MockActions, Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { Exchange } from '../../../testing/mock/exchange.ts'
import { type Action, act, isAction, play } from '../../../testing/mock/play.ts'
import { HEAD, REQUEST, recordingWire, settle, watch } from '../../support/mock-wire.ts'

const INTRODUCTION = { v: 1, clientId: 'c1', epoch: 'mock0000', cursor: '', recovered: false, topics: [] } as const
const CONNECTED =
  'id: \nevent: connected\ndata: {"v":1,"clientId":"c1","epoch":"mock0000","cursor":"","recovered":false,"topics":[]}\n\n'

function setup() {
  const host = recordingWire()
  const silent = { opened: () => {}, ending: () => {}, nextId: () => undefined, sent: () => {} }
  const exchange = new Exchange(REQUEST, host.wire, INTRODUCTION, silent)
  const run = (...steps: Step[]): Promise<void> => play(steps, exchange, host.wire.wait)
  return { ...host, exchange, run }
}

describe('a script', () => {
  it.each<[what: string, steps: Step[], log: unknown[]]>([
    ['nothing, which opens a stream', [], [HEAD]],
    [
      'open, with more headers and with others',
      [{ open: { headers: { 'x-sse-heartbeat': '5', 'Content-Type': 'text/html' } } }],
      [['head', 200, { ...(HEAD[2] as object), 'x-sse-heartbeat': '5', 'content-type': 'text/html' }]],
    ],
    ['open with a delay', [{ open: { delay: 20 } }], [['wait', 20], HEAD]],
    [
      'send with data',
      [{ send: { event: 'tick', data: null, id: '1' } }],
      [HEAD, 'id: 1\nevent: tick\ndata: null\n\n'],
    ],
    ['send with text', [{ send: { text: 'a' } }], [HEAD, 'data: a\n\n']],
    [
      'send with a comment and retry',
      [{ send: { comment: 'c', retry: 5, text: '' } }],
      [HEAD, ': c\nretry: 5\ndata: \n\n'],
    ],
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
    ['steps after a break, which are not taken', [{ drop: true }, { open: {} }, { wait: 5 }], ['destroy']],
    [
      'stall, after which not a byte is sent',
      [{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }],
      [HEAD, 'data: 1\n\n'],
    ],
    ['an end after a stall', [{ stall: true }, { wait: 5 }, { end: true }], [HEAD, ['wait', 5], 'end']],
    ['refuse', [{ refuse: { status: 503 } }], [['head', 503, { 'content-type': 'text/plain' }], 'end']],
    [
      'refuse with headers and a body',
      [{ refuse: { status: 200, headers: { 'Content-Type': 'text/html' }, body: 'hi' } }],
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
    ['introduce', [{ introduce: {} }], [HEAD, CONNECTED]],
    [
      'gap',
      [{ gap: { reason: 'epoch' } }],
      [
        HEAD,
        CONNECTED,
        'id: \nevent: gap\ndata: {"reason":"epoch","requested":"","resumedFrom":"","topics":["*"]}\n\n',
      ],
    ],
    ['goodbye', [{ goodbye: 5 }], [HEAD, CONNECTED, 'event: goodbye\ndata: {"reconnectInMs":5}\n\n']],
  ])('takes %s', async (_, steps, expected) => {
    const { run, log, all } = setup()
    const done = watch(run(...steps))
    await all()
    expect(log).toEqual(expected)
    expect(done).toEqual(['resolved'])
  })

  it('takes a step when the one before is on its way, and waits as long as it says', async () => {
    const { run, log, next } = setup()
    const done = watch(run({ raw: 'a' }, { wait: 10 }, { raw: 'b' }))
    await settle()
    expect(log).toEqual([HEAD, 'a'])
    await next()
    expect(log).toEqual([HEAD, 'a', ['wait', 10]])
    await next()
    expect(log).toEqual([HEAD, 'a', ['wait', 10], 'b'])
    expect(done).toEqual([])
    await next()
    expect(done).toEqual(['resolved'])
  })

  it.each<[what: string, steps: Step[], log: unknown[]]>([
    ['within a wait', [{ wait: 10 }, { send: { data: 1 } }], [['wait', 10]]],
    ['before the headers', [{ open: { delay: 10 } }, { send: { data: 1 } }], [['wait', 10]]],
  ])('stops when the client goes %s', async (_, steps, expected) => {
    const { run, log, all, exchange } = setup()
    const done = watch(run(...steps))
    await settle()
    exchange.clientLeft()
    await all()
    expect(log).toEqual(expected)
    expect(done).toEqual(['resolved'])
  })

  it('stops when the stream is ended by hand', async () => {
    const { run, log, all, exchange } = setup()
    const done = watch(run({ raw: 'a' }, { wait: 10 }, { raw: 'b' }))
    await settle()
    exchange.end()
    await all()
    expect(log).toEqual([HEAD, 'a', ['wait', 10], 'end'])
    expect(done).toEqual(['resolved'])
  })

  it('fails with what a step of it cannot do where it stands', async () => {
    const { run, all } = setup()
    const done = watch(run({ send: { data: 1 } }, { introduce: {} }))
    await all()
    expect(done).toEqual([new Error('introduce() must come first on its connection')])
  })
})

describe('an action', () => {
  it.each<[step: Action, name: keyof MockActions, args: readonly unknown[]]>([
    [
      { send: { event: 'tick', data: { n: 1 }, id: '1', retry: 5 } },
      'sendText',
      ['tick', '{"n":1}', { id: '1', retry: 5 }],
    ],
    [{ send: { text: 'a', data: 1 } }, 'sendText', ['message', 'a', {}]],
    [{ send: { text: '', data: 1 } }, 'sendText', ['message', '', {}]],
    [{ send: {} }, 'sendText', ['message', '', {}]],
    [{ send: { data: null } }, 'sendText', ['message', 'null', {}]],
    [{ comment: '' }, 'comment', ['']],
    [{ retry: 0 }, 'retry', [0]],
    [{ raw: 'a' }, 'raw', ['a']],
    [{ raw: ['a', 'b'] }, 'raw', ['a', 'b']],
    [{ raw: [] }, 'raw', []],
    [{ introduce: { recovered: true } }, 'introduce', [{ recovered: true }]],
    [{ gap: { reason: 'epoch' } }, 'gap', [{ reason: 'epoch' }]],
    [{ goodbye: 0 }, 'goodbye', [0]],
    [{ drop: true }, 'drop', []],
    [{ end: true }, 'end', []],
    [{ stall: true }, 'stall', []],
  ])('%j is done to its target, and returns the promise of it', (step, name, args) => {
    const done = Promise.resolve()
    const names = ['send', 'sendText', 'comment', 'retry', 'raw', 'end', 'drop', 'stall', 'introduce', 'gap', 'goodbye']
    const to = Object.fromEntries(names.map((each) => [each, vi.fn(() => done)]))
    expect(isAction(step)).toBe(true)
    expect(act(step, to as unknown as MockActions)).toBe(done)
    expect(Object.entries(to).flatMap(([each, { mock }]) => mock.calls.map((call) => [each, call]))).toEqual([
      [name, args],
    ])
  })

  it.each<Step>([{ wait: 5 }, { open: {} }, { refuse: { status: 500 } }, { redirect: '/' }])('%j is none', (step) => {
    expect(isAction(step)).toBe(false)
  })
})
