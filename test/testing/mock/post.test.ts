import type { MockRequest } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { Exchange } from '../../../testing/mock/exchange.ts'
import { answerPost } from '../../../testing/mock/post.ts'
import { HEAD, REQUEST, recordingWire } from '../../support/mock-wire.ts'

/** A stream that is open, and what was written to it. */
function stream(clientId: string, introduced = true) {
  const { wire, log, all } = recordingWire()
  const introduction = { v: 1, clientId, epoch: 'mock0000', cursor: '', recovered: false, topics: [] } as const
  const silent = { opened: () => {}, ending: () => {}, nextId: () => undefined, sent: () => {} }
  const exchange = new Exchange(REQUEST, wire, introduction, silent)
  exchange.open()
  if (introduced) exchange.introduce()
  return { exchange, log, all }
}

const post = (body: unknown, request: Partial<MockRequest> = {}): MockRequest => ({
  ...REQUEST,
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: '*/*' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...request,
})
const CHANGE = { clientId: 'c2', rev: 3, add: ['a'], remove: [], all: ['a', 'b'] }

/** The answer with its body read. */
function answered(...args: Parameters<typeof answerPost>): unknown[] | undefined {
  const answer = answerPost(...args)
  return answer && [answer.status, answer.headers, JSON.parse(answer.body ?? '')]
}
const JSON_TYPE = { 'content-type': 'application/json' }

describe('an event that a client sends', () => {
  it('is answered with to how many it went', () => {
    const open = [stream('c1').exchange, stream('c2', false).exchange]
    expect(answered(post({ event: 'tick', data: 1 }), open)).toEqual([200, JSON_TYPE, { id: '', delivered: 2 }])
    expect(answered(post({ event: 'tick' }), [])).toEqual([200, JSON_TYPE, { id: '', delivered: 0 }])
  })

  it.each(['application/json; charset=utf-8', 'application/vnd.api+json'])('may be %s', (type) => {
    const request = post({ event: 'tick' }, { headers: { 'content-type': type } })
    expect(answered(request, [])).toEqual([200, JSON_TYPE, { id: '', delivered: 0 }])
  })
})

describe('a change of topics', () => {
  it('is granted, and confirmed in the stream of that client alone', async () => {
    const streams = [stream('c1'), stream('c2')]
    const open = streams.map(({ exchange }) => exchange)
    const answer = { rev: 3, topics: ['a', 'b'], denied: [], cursor: '' }
    expect(answered(post(CHANGE), open)).toEqual([200, JSON_TYPE, answer])
    for (const { all } of streams) await all()
    expect(streams[0]?.log).toHaveLength(2)
    expect(streams[1]?.log).toEqual([
      HEAD,
      expect.stringContaining('event: connected'),
      'event: subscribed\ndata: {"rev":3,"topics":["a","b"],"cursor":""}\n\n',
    ])
  })

  it('is granted without what is no topic, which is named as a hub names it', async () => {
    const { exchange, log, all } = stream('c2')
    const denied = [{ topic: 'a b', code: 'invalid', message: expect.stringMatching(/^no topic: /) }]
    const body = { rev: 3, topics: ['prüfung', 'a.*'], denied, cursor: '' }
    const change = { ...CHANGE, all: ['pru\u0308fung', 'a b', 'a.*'] }
    expect(answered(post(change), [exchange])).toEqual([200, JSON_TYPE, body])
    await all()
    const [, json = ''] = /^data: (.*)$/m.exec(`${log.at(-1)}`) ?? []
    expect(JSON.parse(json)).toEqual(body)
  })

  it.each<[what: string, open: Exchange[]]>([
    ['there is no stream', []],
    ['there is another alone', [stream('c1').exchange]],
    ['the stream has not introduced itself', [stream('c2', false).exchange]],
  ])('is answered 404 where %s', (_, open) => {
    expect(answered(post(CHANGE), open)).toEqual([
      404,
      JSON_TYPE,
      { error: expect.objectContaining({ code: 'unknown-client' }) },
    ])
  })
})

describe('what opens a stream', () => {
  it.each<[what: string, request: MockRequest]>([
    ['a GET', { ...REQUEST, body: '{"event":"tick"}', headers: { 'content-type': 'application/json' } }],
    ['a PUT', post({ event: 'tick' }, { method: 'PUT' })],
    ['what accepts a stream', post({ event: 'tick' }, { headers: { ...JSON_TYPE, accept: 'text/event-stream, */*' } })],
    ['what is no JSON', post('event=tick', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
    ['what does not say what it is', post({ event: 'tick' }, { headers: {} })],
    ['broken JSON', post('{"event":')],
    ['a prompt', post({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] })],
    ['a list', post(['event'])],
    ['null', post('null')],
    ['a text', post('"event"')],
    ['an event whose name is no text', post({ event: 5 })],
    ['a change without a number', post({ ...CHANGE, rev: '3' })],
    ['a change without the whole set', post({ ...CHANGE, all: undefined })],
    ['a change without a client', post({ ...CHANGE, clientId: 5 })],
  ])('is %s', (_, request) => {
    expect(answerPost(request, [stream('c2').exchange])).toBeUndefined()
  })
})
