import type { MockRequest, Script, Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createMock } from '../../../testing/mock/mock.ts'
import { HEAD, REQUEST, recordingWire, settle } from '../../support/mock-wire.ts'
import { from, setup, unhandled } from './setup.ts'

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
