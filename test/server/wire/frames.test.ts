import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  connectedFrame,
  eventFrame,
  gapFrame,
  goodbyeFrame,
  liveFrame,
  pingFrame,
  subscribedFrame,
} from '../../../server/wire/frames.ts'
import { parseChunks, type Report } from '../../support/wire.ts'

const ID = 'k3f9x2abcdef-7'
const text = (frame: Uint8Array): string => new TextDecoder().decode(frame)

describe('an event of the hub itself', () => {
  const introduction = {
    v: 1,
    clientId: 'c1',
    epoch: 'k3f9x2abcdef',
    cursor: ID,
    recovered: true,
    heartbeatMs: 15_000,
    topics: ['a', 'b.*'],
  } as const
  const gap = { reason: 'expired', requested: 'k3f9x2abcdef-1', resumedFrom: ID, topics: ['*'] }

  it.each<[what: string, frame: Uint8Array, reports: Report[]]>([
    ['connected', connectedFrame(introduction), [['block', 'connected', JSON.stringify(introduction), ID]]],
    [
      'connected, and how long to wait',
      connectedFrame(introduction, 3000),
      [
        ['retry', 3000],
        ['block', 'connected', JSON.stringify(introduction), ID],
      ],
    ],
    [
      'connected, without an id as a gap follows',
      connectedFrame(introduction, undefined, false),
      [['block', 'connected', JSON.stringify(introduction), undefined]],
    ],
    ['gap', gapFrame(gap), [['block', 'gap', JSON.stringify(gap), ID]]],
    ['live', liveFrame(ID), [['block', 'live', `{"cursor":"${ID}"}`, ID]]],
    [
      'subscribed, without an id as it is of no place in the log',
      subscribedFrame(3, ['a', '*'], ID),
      [['block', 'subscribed', `{"rev":3,"topics":["a","*"],"cursor":"${ID}"}`, undefined]],
    ],
    [
      'subscribed, with what is denied',
      subscribedFrame(3, ['a'], ID, { denied: [{ topic: 'b c', code: 'invalid', message: 'no' }], deniedMore: 2 }),
      [
        [
          'block',
          'subscribed',
          `{"rev":3,"topics":["a"],"denied":[{"topic":"b c","code":"invalid","message":"no"}],"deniedMore":2,"cursor":"${ID}"}`,
          undefined,
        ],
      ],
    ],
    ['goodbye', goodbyeFrame(250), [['block', 'goodbye', '{"reconnectInMs":250}', undefined]]],
    ['a sign of life', pingFrame(false, undefined, 5), [['comment', 'ping']]],
    [
      'a sign of life that is a checkpoint',
      pingFrame(false, ID, 5),
      [
        ['comment', 'ping'],
        ['block', 'message', undefined, ID],
      ],
    ],
    [
      'a sign of life where comments are not heard',
      pingFrame(true, undefined, 5),
      [['block', 'ping', '{"t":5}', undefined]],
    ],
    ['a checkpoint where comments are not heard', pingFrame(true, ID, 5), [['block', 'ping', '{"t":5}', ID]]],
  ])('%s', (_, frame, reports) => {
    expect(parseChunks([frame])).toEqual(reports)
    // Whatever comes next begins anew.
    expect(text(frame)).toMatch(/[^\n]\n\n$/)
  })

  it('is short where nothing is to be said', () => {
    expect(text(pingFrame(false, undefined, 5))).toBe(': ping\n\n')
  })
})

describe('an event', () => {
  it.each<[what: string, native: boolean, id: string | undefined, topic: string | undefined, reports: Report[]]>([
    ['with an id', false, ID, undefined, [['block', 'n', '{"a":1}', ID]]],
    ['with an id', true, ID, undefined, [['block', 'n', '{"a":1}', ID]]],
    ['without one', false, undefined, undefined, [['block', 'n', '{"a":1}', undefined]]],
    [
      'of a topic',
      false,
      ID,
      'orders.eu',
      [
        ['comment', 'topic orders.eu'],
        ['block', 'n', '{"a":1}', ID],
      ],
    ],
    [
      'of a topic, without an id',
      false,
      undefined,
      'a',
      [
        ['comment', 'topic a'],
        ['block', 'n', '{"a":1}', undefined],
      ],
    ],
    [
      'of a topic',
      true,
      ID,
      'orders.eu',
      [
        ['block', 'ping', '{"topic":"orders.eu","event":"n"}', undefined],
        ['block', 'n', '{"a":1}', ID],
      ],
    ],
  ])('writes an event %s, where comments are not heard: %j', (_, native, id, topic, reports) => {
    expect(parseChunks([eventFrame({ native, type: 'n', json: '{"a":1}', id, topic })])).toEqual(reports)
  })

  it('has no event field if it is called message', () => {
    expect(text(eventFrame({ native: false, type: 'message', json: '1', id: ID }))).toBe(`id: ${ID}\ndata: 1\n\n`)
  })

  it('is read as it was published, and takes nothing of its neighbours', () => {
    const type = fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => !/[\r\n\0]/.test(each))
    const topic = fc.option(fc.constantFrom('a', 'orders.eu', 'a/b:c-d_e', 'prüfung', '注文'), { nil: undefined })
    const events = fc.array(fc.tuple(fc.boolean(), type, fc.json(), topic), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(events, (all) => {
        const frames = all.map(([native, name, json, published], n) =>
          eventFrame({ native, type: name, json, id: `e-${n}`, topic: published }),
        )
        const expected = all.flatMap(([native, name, json, published], n): Report[] => {
          const event: Report = ['block', name, json, `e-${n}`]
          if (!published) return [event]
          if (!native) return [['comment', `topic ${published}`], event]
          return [['block', 'ping', JSON.stringify({ topic: published, event: name }), undefined], event]
        })
        expect(parseChunks(frames)).toEqual(expected)
      }),
    )
  })
})
