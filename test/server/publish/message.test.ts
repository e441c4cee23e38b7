import type { PublishOptions } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../support/hub.ts'

describe('an event that is to be published', () => {
  it.each<[options: PublishOptions, written: object]>([
    [{}, { volatile: false, window: 0, record: { to: {} } }],
    [
      { topic: 'a', except: 'c1' },
      { volatile: false, window: 0, record: { to: { topic: 'a', except: ['c1'] } } },
    ],
    [{ key: 'k' }, { volatile: false, window: 0, record: { to: {}, key: 'k' } }],
    [{ key: '' }, { volatile: false, window: 0, record: { to: {}, key: '' } }],
    [
      { volatile: true, userId: 'ada' },
      { volatile: true, window: 0, record: { to: { userId: 'ada' } } },
    ],
    [
      { key: 'k', window: 250 },
      { volatile: false, window: 250, record: { to: {}, key: 'k' } },
    ],
    [{ window: 0 }, { volatile: false, window: 0, record: { to: {} } }],
    [{ volatile: false }, { volatile: false, window: 0, record: { to: {} } }],
    [
      { persistent: true, userId: 'ada' },
      { volatile: false, window: 0, persistent: true, record: { to: { userId: 'ada' } } },
    ],
    [
      { persistent: true, userId: 'ada', tenant: 'acme', key: 'k' },
      { volatile: false, window: 0, persistent: true, record: { to: { userId: 'ada', tenant: 'acme' }, key: 'k' } },
    ],
    [{ persistent: false }, { volatile: false, window: 0, record: { to: {} } }],
  ])('is written down with %j, and all that belongs to it', (options, written) => {
    const { record, ...rest } = messageOf('n', { a: 'ü\n' }, options, 7)
    const { record: more, ...kind } = written as typeof rest & { record: object }
    expect(rest).toStrictEqual(kind)
    expect(record).toStrictEqual({ type: 'n', json: '{"a":"ü\\n"}', at: 7, ...more })
  })

  it.each<[data: unknown, json: string]>([
    [undefined, 'null'],
    [null, 'null'],
    ['a\nb', '"a\\nb"'],
    [[1, undefined], '[1,null]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ])('may carry %j: it is %s', (data, json) => {
    expect(messageOf('n', data, {}, 7).record.json).toBe(json)
  })

  const circle: unknown[] = []
  circle.push(circle)

  it.each<[what: string, type: unknown, data: unknown, options: object, message: RegExp]>([
    ['a name that is none', '', 1, {}, /^the name of an event must be a string/],
    ['a name of the protocol', 'gap', 1, {}, /^gap is a name of the protocol's own/],
    ['data that is a circle', 'n', circle, {}, /^the data of n cannot be sent as JSON: TypeError: Converting circular/],
    ['a BigInt', 'n', { a: 1n }, {}, /^the data of n cannot be sent as JSON: .*BigInt/],
    ['a function', 'n', () => {}, {}, /^the data of n cannot be sent as JSON: it is a function$/],
    ['a symbol', 'n', Symbol('a'), {}, /^the data of n cannot be sent as JSON: it is a symbol$/],
    ['a key that is a number', 'n', 1, { key: 7 }, /^key expects a string, got 7$/],
    ['a key that is null', 'n', 1, { key: null }, /^key expects a string, got null$/],
    ['volatile that is a word', 'n', 1, { volatile: 'yes' }, /^volatile expects true or false, got "yes"$/],
    ['persistent that is a word', 'n', 1, { persistent: 'yes' }, /^persistent expects true or false, got "yes"$/],
    [
      'persistent for everybody',
      'n',
      1,
      { persistent: true },
      /^persistent needs a target of one user and nothing else/,
    ],
    ['persistent for a topic', 'n', 1, { persistent: true, topic: 'a' }, /^persistent needs a target of one user/],
    [
      'persistent for a session',
      'n',
      1,
      { persistent: true, sessionId: 'a' },
      /^persistent needs a target of one user/,
    ],
    [
      'persistent for a user in a topic',
      'n',
      1,
      { persistent: true, userId: 'ada', topic: 'a' },
      /^persistent needs a target of one user and nothing else/,
    ],
    [
      'persistent for all streams of a user but one',
      'n',
      1,
      { persistent: true, userId: 'ada', except: 'c' },
      /^persistent needs a target of one user and nothing else/,
    ],
    [
      'persistent that is volatile',
      'n',
      1,
      { persistent: true, userId: 'ada', volatile: true },
      /^persistent cannot be combined with volatile or window/,
    ],
    [
      'persistent with a window',
      'n',
      1,
      { persistent: true, userId: 'ada', key: 'k', window: 9 },
      /^persistent cannot be combined with volatile or window/,
    ],
    ['volatile that is null', 'n', 1, { volatile: null }, /^volatile expects true or false, got null$/],
    ['a window without a key', 'n', 1, { window: 5 }, /^window needs a key: the newest event of each key is sent$/],
    [
      'a window that is a text',
      'n',
      1,
      { key: 'k', window: '5' },
      /^window expects milliseconds, or 0 for none; got "5"$/,
    ],
    ['a window that is negative', 'n', 1, { key: 'k', window: -1 }, /^window expects milliseconds, .* got -1$/],
    [
      'a window that is no number',
      'n',
      1,
      { key: 'k', window: Number.NaN },
      /^window expects milliseconds, .* got NaN$/,
    ],
    [
      'a window without an end',
      'n',
      1,
      { key: 'k', window: Infinity },
      /^window expects milliseconds, .* got Infinity$/,
    ],
    ['a target that is none', 'n', 1, { userId: undefined }, /^userId expects a string, got undefined/],
    [
      'a field that does not exist',
      'n',
      1,
      { user: 'ada' },
      /^publish takes no user; it takes topic, .*, except, key, volatile, window, persistent$/,
    ],
  ])('is refused for %s', (_, type, data, options, message) => {
    expect(() => messageOf(type, data, options, 7)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
    )
  })
})
